"""The machine: from a program to its result, one state after the other."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import length_hint
from types import CodeType
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast, overload

from .crossings import leave_run
from .dispatching import make_prompt
from .frames import (
    ERROR,
    EVALUATE,
    VALUE,
    Counters,
    Kont,
    State,
    Store,
    WithHandlerFrame,
)
from .handlers import checked_list
from .level2 import step
from .programs import Program
from .stdlib import reader, state
from .tracebacks import release_frames, without_code, without_ours

__all__ = ["ENTRIES", "Engine", "Step", "Steps", "drive", "new_steps", "run", "taken"]

T = TypeVar("T")

Step: TypeAlias = Callable[[State], State]
Steps: TypeAlias = "repeat[None]"
"""Has an item for each step to come; many runs may draw on it."""


class _Runs(threading.local):
    active = 0


_runs = _Runs()

ENTRIES: set[CodeType] = set()
"""The functions by which a program is run; they stand in the tracebacks of what it raises."""


@overload
def run(
    program: Program[T],
    handlers: Sequence[Any] = (),
    env: Mapping[Any, Any] | None = None,
    state: Mapping[Any, Any] | None = None,
) -> T: ...
@overload
def run(
    program: object,
    handlers: Sequence[Any] = (),
    env: Mapping[Any, Any] | None = None,
    state: Mapping[Any, Any] | None = None,
) -> Any: ...
def run(program: Any, handlers: Any = (), env: Any = None, state: Any = None) -> Any:
    """Run a program to its result.

    It runs under `handlers`, a list or tuple with the innermost first, a reader of `env` around
    these, and a handler of `state` around that; the latter two only if they are given.

    Raises:
        TypeError: `handlers`, `env` or `state` is something else, or `program` not a program.
        BaseException: whatever the program did not catch, the very object.
    """
    kind, payload = drive(program, handlers, env, state, Engine(step, new_steps(), Counters()))
    if kind is VALUE:
        return payload
    context = payload.__context__
    try:
        raise payload
    finally:
        # Raising has chained the exception that our caller may be handling, as if it were
        # raised here and not on its way.
        BaseException.__setattr__(payload, "__context__", context)
        del payload, context  # they refer to this frame by the traceback


ENTRIES.add(run.__code__)


class Engine(NamedTuple):
    """What runs a program."""

    step: Step
    steps: Steps
    counters: Counters


def drive(
    program: object, handlers: object, env: object, state: object, engine: Engine
) -> tuple[Any, Any]:
    """How a run ends: VALUE and the result, or ERROR and an exception that is ready to be raised.

    Raises nothing, but for what a signal's handler raises in the machine itself.
    """
    store = Store(engine.counters, ())
    _runs.active += 1
    try:
        try:
            kont = install(handlers, env, state)
        except BaseException as error:
            return (ERROR, without_ours(error))
        (kind, payload), _, store, _ = execute(program, store, kont, engine)
    finally:
        _runs.active -= 1
    if kind is ERROR:
        assert isinstance(payload, BaseException)
        payload = without_code(payload, ENTRIES)
        leave_run(store, payload, outermost=not _runs.active)
    return (kind, payload)


def install(handlers: object, env: Any, state_: Any) -> Kont:
    """The K of a program under handlers, innermost first, and those of `env` and `state`.

    Raises:
        TypeError: one of the arguments is not what it should be.
    """
    prompts: list[WithHandlerFrame] = []
    for handler in checked_list("run()", handlers):
        prompts.append(checked_prompt(handler))
    if env is not None:
        prompts.append(checked_prompt(reader(env)))
    if state_ is not None:
        prompts.append(checked_prompt(state(state_)))
    kont: Kont = None
    for prompt in reversed(prompts):
        kont = (prompt, kont)
    return kont


def checked_prompt(handler: object) -> WithHandlerFrame:
    """The prompt of a handler.

    Raises:
        TypeError: it cannot be called, or is typed with what is not an effect.
    """
    prompt = make_prompt(handler)
    if isinstance(prompt, TypeError):
        raise prompt
    return prompt


def execute(program: object, store: Store, kont: Kont, engine: Engine) -> State:
    """The final state of a run: its value or error is at C, and K is empty."""
    step, steps, _ = engine
    state: State = ((EVALUATE, program), None, store, kont)
    after = state
    try:
        for _ in steps:
            after = step(state)
            if after is state:
                break
            if state[0][0] is ERROR:  # it may have been caught in this step
                release_frames(cast("BaseException", state[0][1]))
            state = after
            if state[0][0] is ERROR:
                release_frames(cast("BaseException", state[0][1]))
        return state
    finally:
        del state, after  # a traceback may refer to this frame


def new_steps() -> Steps:
    """Enough steps for any run."""
    return repeat(None, sys.maxsize)


def taken(steps: Steps) -> int:
    """How many of the steps were taken."""
    return sys.maxsize - length_hint(steps)
