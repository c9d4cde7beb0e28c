"""The rules of programs that are run, one in the other or one after the other."""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import messages
from .crossings import forget
from .effects import EffectBase, is_a, is_subclass
from .frames import (
    EVALUATE,
    VALUE,
    DispatchingFrame,
    Environment,
    InPlaceFrame,
    Kind,
    Kont,
    ReturnFrame,
    SafeFrame,
    Stack,
    StartFrame,
    State,
    Store,
)
from .level1 import GENERATOR, close, is_new
from .nodes import Node, refuse_subclass
from .primitives import Resume, Safe, TailCall
from .programs import DoCall, DoFunction, Program, Pure
from .results import Err, Ok
from .resuming import environment_of, failed
from .tracebacks import stopped, without_top

__all__ = [
    "Raw",
    "leave_in_place",
    "leave_safe",
    "leave_start",
    "program_error",
    "pure",
    "safe",
    "start",
    "start_call",
    "start_object",
    "start_raw",
    "tail_call",
]


def start_call(call: DoCall[Any], environment: Environment, store: Store, kont: Kont) -> State:
    """A `@do` call: the function is called now; a generator is run, another value the result."""
    function = call._maker.__wrapped__
    try:
        result = function(*call._args, **call._kwargs)
    except BaseException as error:
        return failed(stopped(function, error), environment, store, kont)
    if type(result) is GENERATOR:
        return start(result, environment, store, kont)
    return ((VALUE, result), None, store, kont)


def start_object(program: Any, environment: Environment, store: Store, kont: Kont) -> State:
    """An object of a class that is not ours: it may have a `to_generator()`."""
    method, error = generator_method(program)
    if method is None:
        error = error or not_a_program(program)
        return failed(error, environment, store, kont)
    try:
        generator = method()
    except BaseException as error:
        return failed(stopped(method, error), environment, store, kont)
    if type(generator) is GENERATOR:
        return start(generator, environment, store, kont)
    error = TypeError(messages.not_a_generator(program, generator))
    return failed(error, environment, store, kont)


def start(generator: Any, environment: Environment, store: Store, kont: Kont) -> State:
    """Start a generator that the machine was given."""
    if is_new(generator):
        return ((VALUE, None), None, store, (ReturnFrame(generator, environment), kont))
    return failed(TypeError(messages.started_generator(generator)), environment, store, kont)


class Raw(Program[Any]):
    """A generator as a program, for `start_with_generator`."""

    __slots__ = ("generator",)
    __init_subclass__ = refuse_subclass

    def __init__(self, generator: object) -> None:
        self.generator = generator


def start_raw(program: Raw, environment: Environment, store: Store, kont: Kont) -> State:
    """A generator that was given to be run."""
    if type(program.generator) is GENERATOR:
        return start(program.generator, environment, store, kont)
    message = messages.not_a_new_generator(program.generator)
    return failed(TypeError(message), environment, store, kont)


def generator_method(program: Any) -> tuple[Any, BaseException | None]:
    """The `to_generator` of an object; None, and the error if there is one, where it has none."""
    if is_a(program, type):
        return None, None
    try:
        return program.to_generator, None
    except AttributeError:
        return None, None
    except BaseException as error:
        return None, without_top(error)


def not_a_program(value: object) -> TypeError:
    """The error for what the machine cannot run."""
    return TypeError(messages.not_a_program(value, decorated=type(value) is DoFunction))


def program_error(value: object, explain: Callable[[], str] | None = None) -> BaseException | None:
    """Why the machine cannot run `value`, in the words of `explain`; None if it can."""
    kind: type = type(value)
    if kind is DoCall or is_subclass(EffectBase, kind):
        return None
    if is_subclass(Program, kind) and is_subclass(Node, kind):
        return None
    method, error = generator_method(value)
    if method is not None or error is not None:
        return error
    return TypeError(explain()) if explain else not_a_program(value)


def pure(program: Pure[Any], environment: Environment, store: Store, kont: Kont) -> State:
    """A value as a program."""
    return ((VALUE, program._value), None, store, kont)


# One program in the place of another


def run_in_place(program: Any, environment: Environment, store: Store, kont: Kont) -> State:
    """Evaluate a program that was not yielded by the generator on top of `kont`."""
    while type(program) is TailCall:
        program = program._program
    if kont is not None and type(kont[0]) is DispatchingFrame:
        kont[0].program = program
    if type(program) is Resume or is_a(program, EffectBase):
        # Their rules look at who yields them.
        kont = (InPlaceFrame(environment), kont)
    return ((EVALUATE, program), environment, store, kont)


def tail_call(node: TailCall, environment: Environment, store: Store, kont: Kont) -> State:
    """The generator that yielded it ends, then the program runs in its place."""
    program = node._program
    error = program_error(program)
    if error is not None:
        return failed(error, environment, store, kont)
    if kont is not None and type(kont[0]) is ReturnFrame:
        error = close(kont[0].generator)
        kont = kont[1]
        if error is not None:
            return failed(error, environment, store, kont)
    return run_in_place(program, environment, store, kont)


def leave_in_place(
    kind: Kind, payload: Any, _frame: InPlaceFrame, store: Store, kont: Stack
) -> State:
    """A program that ran in the place of a generator has ended."""
    return ((kind, payload), None, store, kont[1])


def leave_start(kind: Kind, payload: Any, frame: StartFrame, store: Store, kont: Stack) -> State:
    """An unstarted continuation gets its turn: it starts, or fails before that."""
    rest = kont[1]
    if kind is VALUE:
        return run_in_place(frame.program, environment_of(rest), store, rest)
    return failed(payload, None, store, rest)


# The outcome as a value


def safe(node: Safe, environment: Environment, store: Store, kont: Kont) -> State:
    """Run a program whose error, if it is an `Exception`, becomes a value."""
    error = program_error(node._program)
    if error is not None:
        return failed(error, environment, store, kont)
    return ((EVALUATE, node._program), environment, store, (SafeFrame(environment), kont))


def leave_safe(kind: Kind, payload: Any, _frame: SafeFrame, store: Store, kont: Stack) -> State:
    """A program that `Safe` ran has ended."""
    if kind is VALUE:
        return ((VALUE, Ok(payload)), None, store, kont[1])
    if is_a(payload, Exception):
        return ((VALUE, Err(payload)), None, forget(store, payload), kont[1])
    return failed(payload, None, store, kont[1])
