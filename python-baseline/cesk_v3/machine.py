"""The machine: from a program to its result, one state after the other."""

from __future__ import annotations

import threading
from typing import Any, TypeVar, cast, overload

from .crossings import leave_run
from .frames import ERROR, EVALUATE, VALUE, State
from .level2 import step
from .programs import Program
from .tracebacks import release_frames, without_code

__all__ = ["run"]

T = TypeVar("T")


class _Runs(threading.local):
    active = 0


_runs = _Runs()


@overload
def run(program: Program[T]) -> T: ...
@overload
def run(program: object) -> Any: ...
def run(program: Any) -> Any:
    """Run a program to its result.

    Raises:
        TypeError: `program` is not a program.
        BaseException: whatever the program did not catch, the very object.
    """
    _runs.active += 1
    try:
        (kind, payload), _, store, _ = execute(program)
    finally:
        _runs.active -= 1
    if kind is VALUE:
        return payload
    error = without_code(cast("BaseException", payload), run.__code__)
    del payload
    leave_run(store, error, outermost=not _runs.active)
    context = error.__context__
    try:
        raise error
    finally:
        # Raising has chained the exception that our caller may be handling, as if it were
        # raised here and not on its way.
        BaseException.__setattr__(error, "__context__", context)
        del error, context, store  # they refer to this frame by the traceback


def execute(program: object) -> State:
    """The final state of a run: its value or error is at C, and K is empty."""
    state: State = ((EVALUATE, program), None, (), None)
    after = state
    try:
        while (after := step(state)) is not state:
            if state[0][0] is ERROR:  # it may have been caught in this step
                release_frames(cast("BaseException", state[0][1]))
            state = after
            if state[0][0] is ERROR:
                release_frames(cast("BaseException", state[0][1]))
        return state
    finally:
        del state, after  # a traceback may refer to this frame
