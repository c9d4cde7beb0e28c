"""Level 2: the step of the machine; effects, handlers and the control primitives.

Each rule takes the program at C with E, S and K, and gives the next state. An error of a rule is
raised at the top of K: for a program that was yielded, at that `yield`.
"""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from . import messages
from .continuation import (
    Continuation,
    give_back,
    new_continuation,
    report_unraisable,
    resumed,
    take,
)
from .crossings import crossed
from .effects import EffectBase, effect_classes, is_subclass
from .errors import ContinuationConsumed, UnhandledEffect
from .frames import (
    ERROR,
    EVALUATE,
    VALUE,
    DispatchingFrame,
    Environment,
    Frame,
    Kind,
    Kont,
    ReturnFrame,
    Stack,
    State,
    Store,
    WithHandlerFrame,
)
from .level1 import GENERATOR, close, is_new, resume_generator
from .primitives import Pass, Resume, Transfer, WithHandler
from .programs import DoCall, DoFunction, Pure
from .tracebacks import without_top

__all__ = ["step"]

Rule: TypeAlias = Callable[[Any, Environment, Store, Kont], State]


def step(state: State) -> State:
    """The state after `state`; a final one, with a value or an error and an empty K, stays."""
    control, environment, store, kont = state
    kind, payload = control
    if kind is EVALUATE:
        rule = RULES.get(type(payload)) or rule_of(payload)
        return rule(payload, environment, store, kont)
    if kont is None:
        return state
    frame, rest = kont
    if type(frame) is ReturnFrame:
        return resume_generator(kind, payload, frame, store, kont)
    if type(frame) is WithHandlerFrame:
        return (control, None, store, rest)
    return leave_clause(kind, payload, frame, store, kont)


def rule_of(program: object) -> Rule:
    """The rule for a program of a class that is not ours."""
    kind: type = type(program)
    if is_subclass(EffectBase, kind):
        return perform
    if not isinstance(program, type) and any("to_generator" in vars(c) for c in kind.__mro__):
        return start_object
    return refuse


def is_program(value: object) -> bool:
    """Whether the machine can run `value`."""
    return type(value) in RULES or rule_of(value) is not refuse


def failed(error: BaseException, environment: Environment, store: Store, kont: Kont) -> State:
    """The state that raises `error` at the top of `kont`."""
    return ((ERROR, error), environment, store, kont)


def stopped(function: object, error: BaseException) -> BaseException:
    """`error` as it leaves a plain function: a `StopIteration` would be taken for its return."""
    error = without_top(error)
    if not isinstance(error, StopIteration):
        return error
    converted = RuntimeError(messages.raised_stop_iteration(function))
    converted.__cause__ = converted.__context__ = error
    return converted


# Programs


def refuse(value: object, environment: Environment, store: Store, kont: Kont) -> State:
    """What is not a program."""
    message = messages.not_a_program(value, decorated=type(value) is DoFunction)
    return failed(TypeError(message), environment, store, kont)


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
    """An object with `to_generator()`."""
    try:
        generator = program.to_generator()
    except BaseException as error:
        return failed(stopped(program.to_generator, error), environment, store, kont)
    if type(generator) is GENERATOR:
        return start(generator, environment, store, kont)
    error = TypeError(messages.not_a_generator(program, generator))
    return failed(error, environment, store, kont)


def start(generator: Any, environment: Environment, store: Store, kont: Kont) -> State:
    """Start a generator that the machine was given."""
    if is_new(generator):
        return ((VALUE, None), None, store, (ReturnFrame(generator, environment), kont))
    return failed(TypeError(messages.started_generator(generator)), environment, store, kont)


def pure(program: Pure[Any], environment: Environment, store: Store, kont: Kont) -> State:
    """A value as a program."""
    return ((VALUE, program._value), None, store, kont)


# Performing and handling


def with_handler(node: WithHandler, environment: Environment, store: Store, kont: Kont) -> State:
    """Install a handler: its prompt lies below the program."""
    handler: Any = node._handler
    effects: Any = node._effects
    if not callable(handler):
        return failed(TypeError(messages.not_a_handler(handler)), environment, store, kont)
    accepted = None
    if effects is not None:
        accepted = effect_classes(effects)
        if not accepted:
            error = TypeError(messages.bad_effects(effects))
            return failed(error, environment, store, kont)
    return ((EVALUATE, node._program), None, store, (WithHandlerFrame(handler, accepted), kont))


def perform(effect: object, environment: Environment, store: Store, kont: Kont) -> State:
    """Perform an effect at the top of `kont`."""
    found = capture(effect, [], kont)
    if found is None:
        return failed(unhandled(effect, kont), environment, store, kont)
    handler, frames, outside = found
    return dispatch(effect, handler, frames, store, outside)


def capture(
    effect: object, frames: list[Frame], kont: Kont
) -> tuple[Any, list[Frame], Kont] | None:
    """Find the nearest prompt in `kont` whose handler accepts `effect`.

    Gives the handler; `frames`, to which those up to and including the prompt were added; and what
    lies outside of it.
    """
    kind: type = type(effect)
    while kont is not None:
        frame, kont = kont
        frames.append(frame)
        if type(frame) is WithHandlerFrame:
            accepted = frame.effects
            if accepted is None:
                return frame.handler, frames, kont
            for base in accepted:
                if is_subclass(base, kind):
                    return frame.handler, frames, kont
    return None


def unhandled(effect: object, kont: Kont) -> UnhandledEffect:
    """The error for an effect that no handler in `kont` accepts."""
    handlers: list[object] = []
    while kont is not None:
        frame, kont = kont
        if type(frame) is WithHandlerFrame:
            handlers.append(frame.handler)
    error = UnhandledEffect(messages.unhandled(effect, handlers))
    error.effect = effect
    return error


def dispatch(effect: object, handler: Any, frames: list[Frame], store: Store, kont: Kont) -> State:
    """Call a handler with the captured `frames` as `k`; its clause runs outside, on `kont`."""
    k = new_continuation(frames)
    performer = frames[0]
    site = None
    if type(performer) is ReturnFrame:
        generator: Any = performer.generator
        site = (generator.gi_code, generator.gi_frame.f_lasti)
    frame = DispatchingFrame(effect, k, handler, site)
    kont = (frame, kont)
    try:
        clause = handler(effect, k)
    except BaseException as error:
        return failed(stopped(handler, error), frame, store, kont)
    if type(clause) is GENERATOR:
        return start(clause, frame, store, kont)
    if type(clause) is Resume:  # the clause is over already: as a tail resume
        return transfer(clause, frame, store, kont)
    if is_program(clause):
        return ((EVALUATE, clause), frame, store, kont)
    error = TypeError(messages.not_a_clause(handler, clause, effect))
    return failed(error, frame, store, kont)


def leave_clause(
    kind: Kind, payload: Any, frame: DispatchingFrame, store: Store, kont: Stack
) -> State:
    """A clause has ended: its value is the answer; its error is the operation's while `k` is
    unused, and leaves the handler after that."""
    rest = kont[1]
    if kind is VALUE:
        if type(payload) in USES_CONTINUATION:
            error = TypeError(messages.unperformed(frame.handler, payload))
            return failed(error, None, store, kont)
        return ((VALUE, payload), None, store, rest)
    frames = take(frame.k)
    if frames is not None:
        return failed(payload, None, store, resumed(frames, rest))
    return failed(payload, None, crossed(store, payload, frame), rest)


# Using a continuation


def use(node: Resume | Transfer | Pass, k: object) -> list[Frame] | Exception:
    """Take the frames of `k`, which is the continuation of `node`; or why that cannot be."""
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    frames = take(k)
    if frames is None:
        return ContinuationConsumed(messages.consumed())
    return frames


def resume(node: Resume, environment: Environment, store: Store, kont: Kont) -> State:
    """The performer goes on, above whoever resumes it."""
    frames = use(node, node._k)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    return ((VALUE, node._value), None, store, resumed(frames, kont))


def transfer(node: Transfer | Resume, environment: Environment, store: Store, kont: Kont) -> State:
    """The clause ends, then the performer goes on in its place."""
    if environment is None:
        return failed(RuntimeError(messages.outside_clause(node)), environment, store, kont)
    k = node._k
    frames = use(node, k)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    error, kont = finish_clause(environment, kont)
    if error is not None:
        give_back(k, frames)
        return failed(error, environment, store, kont)
    return ((VALUE, node._value), None, store, resumed(frames, kont[1]))


def pass_on(node: Pass, environment: Environment, store: Store, kont: Kont) -> State:
    """The clause ends, then a handler further out answers the performer."""
    if environment is None:
        return failed(RuntimeError(messages.outside_clause(node)), environment, store, kont)
    effect: object = environment.effect if node._effect is None else node._effect
    if not is_subclass(EffectBase, type(effect)):
        return failed(TypeError(messages.not_an_effect(effect)), environment, store, kont)
    k = environment.k if node._k is None else node._k
    frames = use(node, k)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    error, kont = finish_clause(environment, kont)
    if error is not None:
        give_back(k, frames)
        return failed(error, environment, store, kont)
    own = len(frames)
    found = capture(effect, frames, kont[1])
    if found is None:
        performer = resumed(frames[:own], kont[1])
        return failed(unhandled(effect, performer), None, store, performer)
    handler, frames, outside = found
    return dispatch(effect, handler, frames, store, outside)


def finish_clause(environment: DispatchingFrame, kont: Any) -> tuple[BaseException | None, Stack]:
    """Close the clause's generators, innermost first.

    Gives the first error of their cleanup, and what is left of K: the clause's dispatch on what
    surrounds its handler.
    """
    first = None
    while kont[0] is not environment:
        frame, kont = kont
        error = close(frame.generator)
        if error is None:
            continue
        if first is None:
            first = error
        else:
            report_unraisable(error)
    return first, kont


RULES: dict[type, Rule] = {
    DoCall: start_call,
    Pure: pure,
    WithHandler: with_handler,
    Resume: resume,
    Transfer: transfer,
    Pass: pass_on,
}
"""The rules of our own final classes; `rule_of` finds the others."""

USES_CONTINUATION = frozenset((Resume, Transfer, Pass))
"""The primitives that a clause must yield, and not return."""
