"""What the machine runs on: a stack of segments, and the continuations that own parts of it.

A segment is what runs under one prompt. The running stack is a chain of them, from the innermost
one outwards; a capture cuts the chain behind a prompt, and a resume ties it on again. So nothing is
ever copied, and both cost the same whatever the depth.
"""

from __future__ import annotations

import threading
from types import FunctionType
from typing import Any, Final, Never, TypeAlias, final

from cesk_v3.continuation import NESTING_LIMIT, report_unraisable
from cesk_v3.level1 import GENERATOR, close
from cesk_v3.nodes import refuse_copy, refuse_subclass
from cesk_v3.stdlib import ReaderHandler, StateHandler, WriterHandler

__all__ = [
    "FUNCTION",
    "GENERATOR",
    "IN_PLACE",
    "MARKER",
    "SAFE",
    "UNSTARTED",
    "Continuation",
    "Listening",
    "Marker",
    "Segment",
    "Site",
    "Start",
    "give_back",
    "new_continuation",
    "put_back",
    "site_of",
    "take",
]

Marker: TypeAlias = "tuple[Any, Continuation, Any, Any]"
"""A frame below a clause: the effect, its `k`, the handler, and what runs as the clause unless that
is the generator of the handler call. It lies outside of the handler's prompt, so a handler never
sees its own effects."""

Site: TypeAlias = "tuple[Any, int] | None"
"""Where an effect was performed: the code, and the offset in it."""

MARKER: type = tuple
"""The type of a `Marker`: nothing else on the stack is a tuple."""

FUNCTION: type = FunctionType

SAFE: Final = object()
"""A frame below a program that `Safe` runs."""


IN_PLACE: Final = object()
"""A frame for a performer that is no generator, so that none is taken for it."""


@final
class Listening:
    """A frame below the prompt of a `Listen`'s writer."""

    __slots__ = ("writer",)

    def __init__(self, writer: WriterHandler) -> None:
        self.writer = writer


@final
class Start:
    """The only frame of an unstarted continuation."""

    __slots__ = ("program",)

    def __init__(self, program: Any) -> None:
        self.program = program


@final
class Segment:
    """The frames that wait under a prompt, the innermost last: generators and the marks above.

    `effects` are the classes that the handler accepts, None for all of them, and `listed` is what
    `GetHandlers` shows: the handler itself if its effects are its own. `native` is the handler if
    it is a built-in one. `code` is that of its clauses if it is a generator function. The outermost
    segment has no prompt: it accepts nothing, and lists None.
    """

    __slots__ = ("code", "effects", "frames", "handler", "listed", "native", "outer")

    def __init__(
        self,
        outer: Segment | None,
        handler: Any,
        effects: tuple[type, ...] | None,
        listed: Any,
        native: StateHandler | ReaderHandler | WriterHandler | None,
    ) -> None:
        self.frames: list[Any] = []
        self.outer = outer
        self.handler = handler
        self.effects = effects
        self.listed = listed
        self.native = native
        self.code = handler.__code__ if type(handler) is FUNCTION else None

    def __del__(self) -> None:
        # It has neither when it has ended; otherwise nobody can resume it any more.
        if self.frames or self.outer is not None:
            _close(self)


UNSTARTED: Any = object()
"""In place of the last segment of an unstarted continuation, also when it was used."""


@final
class Continuation:
    """The rest of a program, from where it performed an effect up to the handler's prompt.

    The machine makes it and passes it to the handler as `k`; `CreateContinuation` makes one of a
    program that has not started. It can be used once. While unused it owns its segments; the use
    takes them, which is the one-shot check.
    """

    # No `__del__` here: one is made for every effect. The segments have it.
    __slots__ = ("__weakref__", "_first", "_last", "_site")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    _first: Segment | None
    _last: Segment | None
    _site: Site
    """Set when it is used, for the notes of errors that cross its clause."""

    def __new__(cls, *_args: object, **_kwargs: object) -> Never:
        raise TypeError("a Continuation is made by the machine alone: it is the k of a handler")

    @property
    def used(self) -> bool:
        """Whether the continuation was resumed, transferred to, passed on, failed or closed."""
        return self._first is None

    def __repr__(self) -> str:
        return f"<Continuation {'used' if self.used else 'unused'}>"

    def close(self) -> None:
        """End an unused continuation at once: its generators are closed, innermost first.

        What their cleanup raises goes to `sys.unraisablehook`. A used one is left alone.
        """
        first = take(self)
        if first is not None:
            if self._last is not UNSTARTED:
                self._last = None
            _close_segments(first)


# The fields of a continuation are this module's and the loop's.
# pyright: reportPrivateUsage=false


def new_continuation(first: Segment, last: Segment) -> Continuation:
    """A continuation that owns the segments from `first` outwards."""
    k: Continuation = object.__new__(Continuation)
    k._last = last
    k._first = first
    return k


def take(k: Continuation) -> Segment | None:
    """Use `k`: its innermost segment, or None when it was used before.

    Then it is put back on the stack, given back, or closed.
    """
    # No call and no jump lies between the look and the store, so no other thread gets in between.
    first = k._first
    k._first = None
    if first is not None:
        k._site = site_of(first)
    return first


def give_back(k: Continuation, first: Segment) -> None:
    """Undo `take`; nothing was done with the segments since."""
    k._first = first


def put_back(k: Continuation, first: Segment, outside: Segment) -> Segment:
    """Tie the segments taken from `k` on to the running stack; gives its new innermost one."""
    last: Any = k._last
    if last is not UNSTARTED:
        k._last = None
    elif first.listed is None:  # it has no handlers
        outside.frames += first.frames
        first.frames = []
        return outside
    else:
        last = first
        while last.outer is not None:
            last = last.outer
    last.outer = outside
    return first


def site_of(first: Segment) -> Site:
    """Where the innermost program waits."""
    frames = first.frames
    if frames and type(frames[-1]) is GENERATOR:
        generator: Any = frames[-1]
        if generator.gi_frame is not None:  # the program has closed it itself
            return generator.gi_code, generator.gi_frame.f_lasti
    return None


# Closing


class _Closing(threading.local):
    nesting = 0

    def __init__(self) -> None:
        self.waiting: list[Segment] = []


_closing = _Closing()


def _close(first: Segment) -> None:
    """Close what nobody refers to; deep inside of other closings it waits for the outermost."""
    segment = Segment(first.outer, None, (), None, None)
    segment.frames, first.frames, first.outer = first.frames, segment.frames, None
    if _closing.nesting >= NESTING_LIMIT:
        _closing.waiting.append(segment)
        return
    _closing.nesting += 1
    try:
        _close_segments(segment)
        while _closing.nesting == 1 and _closing.waiting:
            _close_segments(_closing.waiting.pop())
    finally:
        _closing.nesting -= 1


def _close_segments(first: Segment) -> None:
    segment: Segment | None = first
    del first
    while segment is not None:
        frames = segment.frames
        while frames:
            frame = frames.pop()
            if type(frame) is GENERATOR:
                error = close(frame)
                if error is not None:
                    report_unraisable(error)
        del frames
        outer, segment.outer = segment.outer, None
        segment = outer
        del outer
