"""Keeps the machine's own frames out of tracebacks."""

from __future__ import annotations

from collections.abc import Container
from types import CodeType, FrameType, TracebackType
from typing import TypeVar

from . import messages

__all__ = [
    "OURS",
    "release_frames",
    "set_traceback",
    "stopped",
    "without_code",
    "without_ours",
    "without_top",
]

OURS = {__name__.partition(".")[0]}
"""The packages whose frames are left out."""

E = TypeVar("E", bound=BaseException)


def set_traceback(error: E, traceback: TracebackType | None) -> E:
    """Set the traceback, whatever the class of `error` thinks of assignments (a frozen dataclass
    refuses them)."""
    BaseException.with_traceback(error, traceback)
    return error


def without_top(error: E) -> E:
    """Take away the frame that has just caught `error`."""
    traceback = error.__traceback__
    return set_traceback(error, traceback and traceback.tb_next)


def without_ours(error: E) -> E:
    """Take away the frames of ours at the top, down to the first that is not."""
    traceback = error.__traceback__
    while traceback is not None and is_ours(traceback.tb_frame):
        traceback = traceback.tb_next
    return set_traceback(error, traceback)


def stopped(function: object, error: BaseException) -> BaseException:
    """`error` as it leaves a plain function: a `StopIteration` would be taken for its return."""
    error = without_top(error)
    if not isinstance(error, StopIteration):
        return error
    converted = RuntimeError(messages.raised_stop_iteration(function))
    converted.__cause__ = converted.__context__ = error
    return converted


def is_ours(frame: FrameType) -> bool:
    """Whether a frame runs code of a machine's package."""
    package, dot, _ = str(frame.f_globals.get("__name__")).partition(".")
    return package in OURS and bool(dot)


def release_frames(error: BaseException) -> None:
    """Empty the frames of ours that called the top frame of the traceback and are over.

    That frame keeps them alive as its callers; what they hold would live as long as `error`. The
    same for the `StopIteration` that was made into `error`.
    """
    cause = error.__cause__
    if isinstance(cause, StopIteration):
        release_callers(cause.__traceback__)
    release_callers(error.__traceback__)


def release_callers(traceback: TracebackType | None) -> None:
    """Empty the frames of ours that called the top frame and are over."""
    caller = traceback and traceback.tb_frame.f_back
    while caller is not None and is_ours(caller):
        try:
            caller.clear()
        except RuntimeError:  # it is running
            return
        caller = caller.f_back


def without_code(error: E, codes: Container[CodeType]) -> E:
    """Take away every frame that runs one of `codes`."""
    top = error.__traceback__
    while top is not None and top.tb_frame.f_code in codes:
        top = top.tb_next
    kept = top
    while kept is not None:
        below = kept.tb_next
        while below is not None and below.tb_frame.f_code in codes:
            below = below.tb_next
        if below is not kept.tb_next:
            kept.tb_next = below
        kept = below
    return set_traceback(error, top)
