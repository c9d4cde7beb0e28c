"""The rules of performing and handling effects."""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from . import messages
from .builtin_effects import Ask
from .continuation import Continuation, give_back, new_continuation, resumed, take
from .crossings import crossed
from .effects import EffectBase, class_of, effect_classes, is_a, is_subclass
from .errors import UnhandledEffect
from .frames import (
    EVALUATE,
    VALUE,
    DispatchingFrame,
    Environment,
    Frame,
    Kind,
    Kont,
    ListenFrame,
    ReturnFrame,
    Stack,
    State,
    Store,
    WithHandlerFrame,
)
from .handlers import TypedHandler
from .level1 import GENERATOR
from .nodes import refuse_subclass
from .primitives import (
    Delegate,
    Pass,
    Resume,
    ResumeContinuation,
    ResumeThrow,
    WithHandler,
)
from .programs import Program
from .resuming import (
    USES_CONTINUATION,
    failed,
    finish_clause,
    outside_clause,
    transfer,
    transfer_program,
    transfer_throw,
    use,
)
from .starting import program_error, start
from .stdlib import ACCEPTED, ReaderHandler, ResumeProgram, Under, WriterHandler, missing
from .tracebacks import stopped

__all__ = [
    "Onward",
    "delegate",
    "leave_clause",
    "leave_listen",
    "make_prompt",
    "onward",
    "pass_on",
    "perform",
    "prompts",
    "under",
    "with_handler",
]


# Prompts


def make_prompt(handler: Any, effects: Any = None) -> WithHandlerFrame | TypeError:
    """The prompt of a handler that accepts `effects`, by default its own; or why it cannot be."""
    listed: Any = handler
    typed = type(listed) is TypedHandler
    plain = handler
    while type(plain) is TypedHandler:
        plain = cast("Any", plain)._handler
    if effects is not None:
        listed, typed = TypedHandler(plain, effects), True
    if not callable(plain):
        return TypeError(messages.not_a_handler(plain))
    accepted = effect_classes(listed._effects) if typed else ACCEPTED.get(type(plain))
    if typed and not accepted:
        return TypeError(messages.bad_effects(listed._effects))
    native = cast("Any", plain)._answer if type(plain) in ACCEPTED else None
    return WithHandlerFrame(plain, accepted, listed, native)


def with_handler(node: WithHandler, environment: Environment, store: Store, kont: Kont) -> State:
    """Install a handler: its prompt lies below the program."""
    prompt = make_prompt(node._handler, node._effects)
    if type(prompt) is not WithHandlerFrame:
        return failed(prompt, environment, store, kont)
    return ((EVALUATE, node._program), None, store, (prompt, kont))


def under(program: Under, environment: Environment, store: Store, kont: Kont) -> State:
    """Run a program of `Local` or `Listen` under its nested handler."""
    handler = program.handler
    prompt = WithHandlerFrame(handler, ACCEPTED[type(handler)], handler, handler._answer)
    if type(handler) is WriterHandler:
        kont = (ListenFrame(handler), kont)
    return ((EVALUATE, program.program), None, store, (prompt, kont))


def leave_listen(kind: Kind, payload: Any, frame: ListenFrame, store: Store, kont: Stack) -> State:
    """A program that `Listen` ran has ended."""
    if kind is VALUE:
        payload = (payload, frame.writer.logs())
    return ((kind, payload), None, store, kont[1])


def prompts(kont: Kont) -> Iterator[WithHandlerFrame]:
    """The prompts in `kont`, innermost first."""
    while kont is not None:
        frame, kont = kont
        if type(frame) is WithHandlerFrame:
            yield frame


# Performing


def perform(effect: object, environment: Environment, store: Store, kont: Kont) -> State:
    """Perform an effect at the top of `kont`."""
    store.counters.dispatches += 1
    frames: list[Frame] = []
    found = capture(effect, frames, kont)
    if found is None:
        return failed(unhandled(effect, kont), environment, store, kont)
    prompt, outside = found
    if prompt.native is None:
        return dispatch(effect, prompt.handler, frames, store, outside)
    control = prompt.native(effect, store.counters)
    if control is not None:
        return (control, None, store, kont)
    return go_on(effect, frames, lacks(prompt, effect), store, outside)


def capture(
    effect: object, frames: list[Frame], kont: Kont
) -> tuple[WithHandlerFrame, Kont] | None:
    """Find the nearest prompt in `kont` whose handler accepts `effect`.

    Gives the prompt and what lies outside of it; `frames` gets those up to and including it.
    """
    kind: type = type(effect)
    while kont is not None:
        frame, kont = kont
        frames.append(frame)
        if type(frame) is WithHandlerFrame:
            accepted = frame.effects
            if accepted is None:
                return frame, kont
            for base in accepted:
                if is_subclass(base, kind):
                    return frame, kont
    return None


def go_on(effect: Any, frames: list[Frame], lacking: bool, store: Store, kont: Kont) -> State:
    """Find a handler in `kont` for an effect that those in `frames` have passed on.

    `lacking`: one of the latter was a reader without the key that the effect asks for.
    """
    while (found := capture(effect, frames, kont)) is not None:
        prompt, kont = found
        if prompt.native is None:
            return dispatch(effect, prompt.handler, frames, store, kont)
        control = prompt.native(effect, store.counters)
        if control is not None:
            return (control, None, store, resumed(frames, kont))
        lacking = lacking or lacks(prompt, effect)
    performer = resumed(frames, None)
    if lacking:
        return (missing(effect), None, store, performer)
    return failed(unhandled(effect, performer), None, store, performer)


def lacks(prompt: WithHandlerFrame, effect: object) -> bool:
    """Whether a handler that passed an effect on is a reader that lacks its key."""
    return type(effect) is Ask and type(prompt.handler) is ReaderHandler


def unhandled(effect: object, kont: Kont) -> UnhandledEffect:
    """The error for an effect that no handler in `kont` accepts."""
    handlers = [prompt.handler for prompt in prompts(kont)]
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
        if generator.gi_frame is not None:  # the program has closed it itself
            site = (generator.gi_code, generator.gi_frame.f_lasti)
    frame = DispatchingFrame(effect, k, handler, site)
    kont = (frame, kont)
    try:
        clause = handler(effect, k)
    except BaseException as error:
        return failed(stopped(handler, error), frame, store, kont)
    if type(clause) is GENERATOR:
        return start(clause, frame, store, kont)
    if type(clause) is Resume:  # the clause is over already
        return transfer(clause, frame, store, kont)
    rule = AS_TAIL.get(class_of(clause))
    if rule is not None:
        return rule(clause, frame, store, kont)
    error = program_error(clause, lambda: messages.not_a_clause(handler, clause, effect))
    if error is not None:
        return failed(error, frame, store, kont)
    frame.program = clause
    return ((EVALUATE, clause), frame, store, kont)


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


# Leaving an effect to a handler further out


class Onward(Program[Any]):
    """An effect that `frames` have passed on, on its way to a handler outside of them."""

    __slots__ = ("effect", "frames", "lacking")
    __init_subclass__ = refuse_subclass

    def __init__(self, effect: Any, frames: list[Frame], lacking: bool) -> None:
        self.effect = effect
        self.frames = frames
        self.lacking = lacking


def onward(node: Onward, _environment: Environment, store: Store, kont: Kont) -> State:
    """Find the handler of an effect that was passed on."""
    return go_on(node.effect, node.frames, node.lacking, store, kont)


def reserve(
    node: Delegate | Pass, environment: DispatchingFrame
) -> tuple[Any, Continuation, list[Frame]] | Exception:
    """The effect, `k` and the frames taken from it; or why the node is refused."""
    effect: object = environment.effect if node._effect is None else node._effect
    if not is_a(effect, EffectBase):
        return TypeError(messages.not_an_effect(node, effect))
    k = environment.k if node._k is None else node._k
    if type(k) is Continuation and k._unstarted:
        return TypeError(messages.unstarted(node))
    frames = use(node, k)
    if isinstance(frames, Exception):
        return frames
    return effect, k, frames


def delegate(node: Delegate, environment: Environment, store: Store, kont: Kont) -> State:
    """A handler further out answers the performer, and gets the waiting clause with it."""
    if environment is None:
        return outside_clause(node, store, kont)
    reserved = reserve(node, environment)
    if isinstance(reserved, Exception):
        return failed(reserved, environment, store, kont)
    effect, _, frames = reserved
    return go_on(effect, frames, False, store, kont)


def end_and_pass(
    node: Delegate | Pass, environment: Environment, store: Store, kont: Kont
) -> State:
    """The clause ends; the next step looks further out."""
    if environment is None:
        return outside_clause(node, store, kont)
    reserved = reserve(node, environment)
    if isinstance(reserved, Exception):
        return failed(reserved, environment, store, kont)
    effect, k, frames = reserved
    error, kont = finish_clause(environment, kont)
    if error is not None:
        give_back(k, frames)
        return failed(error, environment, store, kont)
    lacking = type(node) is Pass and node._from_reader
    return ((EVALUATE, Onward(effect, frames, lacking)), None, store, kont[1])


def pass_on(node: Pass, environment: Environment, store: Store, kont: Kont) -> State:
    """The clause ends, then a handler further out answers the performer."""
    state = end_and_pass(node, environment, store, kont)
    (_, payload), _, _, outside = state
    if type(payload) is Onward and environment is not None and environment.k.used:
        return onward(payload, None, store, outside)
    return state  # the clause's own k, if unused, is dropped first


AS_TAIL: dict[type, Callable[[Any, DispatchingFrame, Store, Kont], State]] = {
    ResumeThrow: transfer_throw,
    ResumeContinuation: transfer,
    ResumeProgram: transfer_program,
    Delegate: end_and_pass,
}
"""The rules of the primitives, besides `Resume`, that are done otherwise where a handler call
returns them: there is no clause to wait for them."""
