"""One-shot continuations."""

from __future__ import annotations

import threading
from typing import Never

from .frames import Frame, Kont, ReturnFrame
from .level1 import close
from .nodes import refuse_copy, refuse_subclass

__all__ = ["Continuation", "new_continuation", "report_unraisable", "resumed", "take"]


class Continuation:
    """The rest of a program, from where it performed an effect up to the handler's prompt.

    The machine makes it and passes it to the handler as `k`; `CreateContinuation` makes one of a
    program that has not started. It can be used once. While unused
    it owns its frames, the innermost first; the use takes them, which is the one-shot check.
    """

    __slots__ = ("__weakref__", "_frames", "_unstarted")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    _frames: list[Frame] | None
    _unstarted: bool
    """Whether it is one that `CreateContinuation` made; it stays so when it is used."""

    def __new__(cls, *_args: object, **_kwargs: object) -> Never:
        raise TypeError("a Continuation is made by the machine alone: it is the k of a handler")

    @property
    def used(self) -> bool:
        """Whether the continuation was resumed, transferred to, passed on, failed or closed."""
        return self._frames is None

    def __repr__(self) -> str:
        return f"<Continuation {'used' if self.used else 'unused'}>"

    def close(self) -> None:
        """End an unused continuation at once: its generators are closed, innermost first.

        What their cleanup raises goes to `sys.unraisablehook`. A used one is left alone.
        """
        frames = take(self)
        if frames is not None:
            _close_frames(frames)

    def __del__(self) -> None:
        if not hasattr(self, "_frames"):  # an interrupt came while it was made
            return
        frames = take(self)
        if frames is not None:
            _close(frames)


def new_continuation(frames: list[Frame], unstarted: bool = False) -> Continuation:
    """A continuation that owns `frames`, the innermost first."""
    k: Continuation = object.__new__(Continuation)
    k._frames = frames  # pyright: ignore[reportPrivateUsage]
    k._unstarted = unstarted  # pyright: ignore[reportPrivateUsage]
    return k


def take(k: Continuation) -> list[Frame] | None:
    """Use `k`: its frames, or None when it was used before.

    No call and no jump lies between the look and the store, so no other thread gets in between.
    """
    frames = k._frames  # pyright: ignore[reportPrivateUsage]
    k._frames = None  # pyright: ignore[reportPrivateUsage]
    return frames


def give_back(k: Continuation, frames: list[Frame]) -> None:
    """Undo `take`."""
    k._frames = frames  # pyright: ignore[reportPrivateUsage]


def resumed(frames: list[Frame], kont: Kont) -> Kont:
    """`frames`, innermost first, put back on `kont`."""
    for frame in reversed(frames):
        kont = (frame, kont)
    return kont


class _Unraisable:
    """Raises an error where it can only be reported."""

    __slots__ = ("_error",)

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __del__(self) -> None:
        error = self._error
        del self._error  # the traceback will refer to this frame
        try:
            raise error
        finally:
            del error


def report_unraisable(error: BaseException) -> None:
    """Hand an error that nobody can catch to `sys.unraisablehook`."""
    traceback = error.__traceback__
    try:
        _Unraisable(error)
    finally:
        # Without our frames, which would keep everything below them alive.
        BaseException.with_traceback(error, traceback)


NESTING_LIMIT = 20
"""How deep closings may nest: a generator's locals may hold another continuation, and so on.
Deeper ones wait for the outermost, so that no chain overflows the stack."""


class _Closing(threading.local):
    nesting = 0

    def __init__(self) -> None:
        self.waiting: list[list[Frame]] = []


_closing = _Closing()


def _close(frames: list[Frame]) -> None:
    if _closing.nesting >= NESTING_LIMIT:
        _closing.waiting.append(frames)
        return
    _closing.nesting += 1
    try:
        _close_frames(frames)
        while _closing.nesting == 1 and _closing.waiting:
            _close_frames(_closing.waiting.pop())
    finally:
        _closing.nesting -= 1


def _close_frames(frames: list[Frame]) -> None:
    frames.reverse()
    while frames:
        frame = frames.pop()
        if type(frame) is ReturnFrame:
            error = close(frame.generator)
            if error is not None:
                report_unraisable(error)
