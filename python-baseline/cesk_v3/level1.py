"""Level 1: the steps that drive generators (start, send, throw, close)."""

from __future__ import annotations

from types import GeneratorType
from typing import Any

from .contexts import throw
from .crossings import settle
from .frames import (
    ERROR,
    EVALUATE,
    VALUE,
    AnyGenerator,
    Control,
    Kind,
    ReturnFrame,
    Stack,
    State,
    Store,
)
from .tracebacks import without_ours, without_top

__all__ = ["GENERATOR", "close", "finish", "is_new", "resume_generator"]

GENERATOR: type = GeneratorType
"""The type of what the machine drives: Python's own generators, nothing that looks like one."""


FINISHED = object()
"""In place of a value that a generator would yield."""


def resume_generator(
    kind: Kind, payload: Any, frame: ReturnFrame, store: Store, kont: Stack
) -> State:
    """Give the payload to the generator of `frame`, the top of `kont`, and take what comes.

    A new generator is started by the value None.
    """
    generator = frame.generator
    try:
        if kind is VALUE:
            yielded = generator.send(payload)
        elif payload.__context__ is None:
            yielded = generator.throw(payload)
        else:
            yielded = throw(generator, payload)
    except StopIteration as stop:
        control: Control = (VALUE, stop.value)
    except BaseException as error:
        control = (ERROR, without_ours(error))
    else:
        if store.in_flight:
            store = settle(store, generator, None)
        return ((EVALUATE, yielded), frame.environment, store, kont)
    if store.in_flight:
        store = settle(store, generator, control[1] if control[0] is ERROR else None)
    return (control, None, store, kont[1])


def close(generator: AnyGenerator) -> BaseException | None:
    """Close a generator; gives what its cleanup raised."""
    try:
        generator.close()
    except BaseException as error:
        return without_top(error)
    return None


def finish(generator: AnyGenerator) -> BaseException | None:
    """End a generator that can only return what it is sent; gives what was raised meanwhile."""
    try:
        ended = next(generator, FINISHED) is FINISHED
    except BaseException as error:  # not its own: of a signal's handler, say
        return without_top(error)
    return None if ended else close(generator)


def is_new(generator: Any) -> bool:
    """Whether the generator has not been started."""
    return not (generator.gi_suspended or generator.gi_running or generator.gi_frame is None)
