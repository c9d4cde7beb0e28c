"""The rules of what the loop does not do itself.

A rule takes a program, the innermost segment and the generator that yielded it (None if it runs in
the place of one, or of none). It gives what happens next, as the last three of: a value, an error
or another program; the innermost segment; and the generator that gets it, None for whoever waits on
top of the segment.
"""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from cesk_v3 import messages
from cesk_v3.builtin_effects import Ask
from cesk_v3.continuation import report_unraisable
from cesk_v3.dispatching import make_prompt
from cesk_v3.effects import EffectBase, class_of, is_a, is_subclass
from cesk_v3.errors import ContinuationConsumed, UnhandledEffect
from cesk_v3.frames import ERROR, EVALUATE, VALUE, Control, Counters, Kind, WithHandlerFrame
from cesk_v3.handlers import checked_list
from cesk_v3.level1 import close, finish, is_new
from cesk_v3.primitives import (
    CreateContinuation,
    Delegate,
    GetContinuation,
    GetHandlers,
    Pass,
    Resume,
    ResumeContinuation,
    ResumeThrow,
    Safe,
    TailCall,
    Transfer,
    TransferThrow,
    WithHandler,
)
from cesk_v3.programs import Pure
from cesk_v3.starting import Raw, generator_method, not_a_program, program_error
from cesk_v3.stdlib import ACCEPTED, ReaderHandler, ResumeProgram, Under, WriterHandler, missing
from cesk_v3.tail import is_tail
from cesk_v3.tracebacks import stopped, without_ours

from .segments import (
    FUNCTION,
    GENERATOR,
    MARKER,
    SAFE,
    UNSTARTED,
    Continuation,
    Listening,
    Marker,
    Segment,
    Start,
    give_back,
    new_continuation,
    put_back,
    take,
)

__all__ = [
    "RULES",
    "Next",
    "go_on",
    "lacks",
    "other_result",
    "ran_in_place",
    "resume",
    "segment_of",
    "start_object",
    "transfer",
    "unhandled",
]

Next: TypeAlias = tuple[Kind, Any, Segment, Any]
Rule: TypeAlias = Callable[[Any, Segment, Any, Counters], Next]


# Programs


def pure(program: Pure[Any], segment: Segment, generator: Any, _counters: Counters) -> Next:
    """A value as a program."""
    return VALUE, program._value, segment, generator


def start_object(program: Any, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """An object of a class that is not ours: it may have a `to_generator()`."""
    method, error = generator_method(program)
    if method is None:
        return ERROR, error or not_a_program(program), segment, generator
    try:
        made = method()
    except BaseException as raised:
        return ERROR, stopped(method, raised), segment, generator
    if type(made) is GENERATOR:
        return start(made, segment, generator)
    error = TypeError(messages.not_a_generator(program, made))
    return ERROR, error, segment, generator


def start(made: Any, segment: Segment, generator: Any) -> Next:
    """Start a generator that the machine was given."""
    if not is_new(made):
        return ERROR, TypeError(messages.started_generator(made)), segment, generator
    if generator is not None:
        segment.frames.append(generator)
    return VALUE, None, segment, made


def start_raw(program: Raw, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """A generator that was given to be run."""
    if type(program.generator) is GENERATOR:
        return start(program.generator, segment, generator)
    message = messages.not_a_new_generator(program.generator)
    return ERROR, TypeError(message), segment, generator


def tail_call(node: TailCall, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """The generator that yielded it ends, then the program runs in its place."""
    error = program_error(node._program)
    if error is not None:
        return ERROR, error, segment, generator
    if generator is not None:
        error = close(generator)
        if error is not None:
            return ERROR, error, segment, None
    return EVALUATE, ran_in_place(node._program, segment), segment, None


def ran_in_place(program: Any, segment: Segment) -> Any:
    """The program that runs, at last, on top of a segment; a clause notes what it has come to."""
    while type(program) is TailCall:
        program = program._program
    frames = segment.frames
    if frames and type(frames[-1]) is MARKER:
        effect, k, handler, _ = frames[-1]
        frames[-1] = (effect, k, handler, program)
    return program


def safe(node: Safe, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """Run a program whose error, if it is an `Exception`, becomes a value."""
    error = program_error(node._program)
    if error is not None:
        return ERROR, error, segment, generator
    if generator is not None:
        segment.frames.append(generator)
    segment.frames.append(SAFE)
    return EVALUATE, node._program, segment, None


# Prompts


def segment_of(handler: Any, effects: Any = None) -> Segment | TypeError:
    """An empty segment under the prompt of a handler, on nothing; or why it cannot be."""
    if effects is None and type(handler) is FUNCTION:
        return Segment(None, handler, None, handler, None)
    prompt = make_prompt(handler, effects)
    if type(prompt) is not WithHandlerFrame:
        return prompt
    plain: Any = prompt.handler
    native = plain if prompt.native is not None else None
    return Segment(None, plain, prompt.effects, prompt.listed, native)


def with_handler(node: WithHandler, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """Install a handler: the program runs in a segment of its own."""
    inner = segment_of(node._handler, node._effects)
    if type(inner) is not Segment:
        return ERROR, inner, segment, generator
    if generator is not None:
        segment.frames.append(generator)
    inner.outer = segment
    return EVALUATE, node._program, inner, None


def under(program: Under, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """Run a program of `Local` or `Listen` under its nested handler."""
    handler = program.handler
    if generator is not None:
        segment.frames.append(generator)
    if type(handler) is WriterHandler:
        segment.frames.append(Listening(handler))
    inner = Segment(segment, handler, ACCEPTED[type(handler)], handler, handler)
    return EVALUATE, program.program, inner, None


def prompts(segment: Segment | None) -> Iterator[Segment]:
    """The segments with a prompt, innermost first."""
    while segment is not None:
        if segment.listed is not None:
            yield segment
        segment = segment.outer


# Clauses


def clause_in(segment: Segment) -> Marker | None:
    """The clause that is running on top of a segment, if any."""
    frames = segment.frames
    if frames and type(frames[-1]) is MARKER:
        return frames[-1]
    for frame in reversed(frames):
        if type(frame) is MARKER:
            return frame  # pyright: ignore[reportUnknownVariableType]
    return None


def outside_clause(node: object, segment: Segment, generator: Any) -> Next:
    """A primitive was yielded that works only in a clause."""
    return ERROR, RuntimeError(messages.outside_clause(node)), segment, generator


def finish_clause(segment: Segment, generator: Any) -> BaseException | None:
    """Close the clause's generators, innermost first; gives the first error of their cleanup."""
    first = None
    frames = segment.frames
    while True:
        error = close(generator) if type(generator) is GENERATOR else None
        if first is None:
            first = error
        elif error is not None:
            report_unraisable(error)
        if type(frames[-1]) is MARKER:
            return first
        generator = frames.pop()


def use(node: object, k: object, value: object = None) -> Segment | Exception:
    """Take the segments of `k`, which is the continuation of `node`; or why that cannot be.

    `value` is what it is to be given.
    """
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if value is not None and k._last is UNSTARTED:
        return TypeError(messages.unstarted_with_value(value))
    return take(k) or ContinuationConsumed(messages.consumed())


def held(node: object, k: object) -> Segment | Exception:
    """The segments that `k`, which is the continuation of `node`, keeps; or why it has none."""
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if k._last is UNSTARTED:
        return TypeError(messages.unstarted(node))
    return k._first or ContinuationConsumed(messages.consumed())


def error_of(node: ResumeThrow | TransferThrow) -> BaseException:
    """What is to be raised; a `StopIteration` would be taken for a return of the generator."""
    error = node._error
    if is_a(error, StopIteration):
        stop = error
        error = RuntimeError(messages.given_stop_iteration(node))
        error.__cause__ = error.__context__ = stop
    return error


def use_to_throw(node: ResumeThrow | TransferThrow) -> Segment | Exception:
    """Take the segments of `node`'s continuation; or why that cannot be."""
    k, error = node._k, node._error
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if not is_a(error, BaseException):
        return TypeError(messages.not_an_exception(node, error))
    return use(node, k)


# The clause waits


def resumed(
    k: Any, first: Segment | Exception, control: Control, segment: Segment, generator: Any
) -> Next:
    """The performer goes on, above whoever resumes it."""
    if not isinstance(first, Segment):
        return ERROR, first, segment, generator
    if generator is not None:
        segment.frames.append(generator)
    return (*control, put_back(k, first, segment), None)


def resume(node: Resume, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """What the loop's way with a `Resume` is not for: it is refused, or starts a program."""
    first = use(node, node._k, node._value)
    if generator is None or not isinstance(first, Segment) or not is_tail(generator):
        return resumed(node._k, first, (VALUE, node._value), segment, generator)
    error = finish(generator)
    if error is not None:
        give_back(node._k, first)
        return ERROR, error, segment, None
    frames = segment.frames
    if frames and type(frames[-1]) is MARKER:
        frames.pop()
    return resumed(node._k, first, (VALUE, node._value), segment, None)


def resume_waiting(
    node: ResumeContinuation, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """The performer goes on, above whoever resumes it, who waits."""
    first = use(node, node._k, node._value)
    return resumed(node._k, first, (VALUE, node._value), segment, generator)


def resume_throw(node: ResumeThrow, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """The error is raised where the performer waits, above whoever resumes it."""
    first = use_to_throw(node)
    return resumed(node._k, first, (ERROR, error_of(node)), segment, generator)


def resume_program(
    node: ResumeProgram, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """A program runs where the performer waits, above whoever resumes it."""
    first = use(node, node._k, node._program)
    return resumed(node._k, first, (EVALUATE, node._program), segment, generator)


# The clause ends


def transfer(
    node: Transfer | Resume | ResumeContinuation,
    segment: Segment,
    generator: Any,
    _counters: Counters,
) -> Next:
    """The clause ends, then the performer goes on in its place."""
    if clause_in(segment) is None:
        return outside_clause(node, segment, generator)
    first = use(node, node._k, node._value)
    return switch(node._k, first, (VALUE, node._value), segment, generator)


def transfer_throw(
    node: TransferThrow | ResumeThrow, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """The clause ends, then the error is raised where the performer waits."""
    if clause_in(segment) is None:
        return outside_clause(node, segment, generator)
    first = use_to_throw(node)
    return switch(node._k, first, (ERROR, error_of(node)), segment, generator)


def transfer_program(
    node: ResumeProgram, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """The clause, a handler call, has ended: a program runs where the performer waits."""
    first = use(node, node._k, node._program)
    return switch(node._k, first, (EVALUATE, node._program), segment, generator)


def switch(
    k: Any, first: Segment | Exception, control: Control, segment: Segment, generator: Any
) -> Next:
    """End the clause; then the performer, whose segments were taken, goes on in its place."""
    if not isinstance(first, Segment):
        return ERROR, first, segment, generator
    error = finish_clause(segment, generator)
    if error is not None:
        give_back(k, first)
        return ERROR, error, segment, None
    segment.frames.pop()
    return (*control, put_back(k, first, segment), None)


# Leaving an effect to a handler further out


def reserve(node: Delegate | Pass, clause: Marker) -> tuple[Any, Continuation, Segment] | Exception:
    """The effect, `k` and the segments taken from it; or why the node is refused."""
    effect: object = clause[0] if node._effect is None else node._effect
    if not is_a(effect, EffectBase):
        return TypeError(messages.not_an_effect(node, effect))
    k = clause[1] if node._k is None else node._k
    if type(k) is Continuation and k._last is UNSTARTED:
        return TypeError(messages.unstarted(node))
    first = use(node, k)
    if isinstance(first, Exception):
        return first
    return effect, k, first


def delegate(node: Delegate, segment: Segment, generator: Any, counters: Counters) -> Next:
    """A handler further out answers the performer, and gets the waiting clause with it."""
    clause = clause_in(segment)
    if clause is None:
        return outside_clause(node, segment, generator)
    reserved = reserve(node, clause)
    if isinstance(reserved, Exception):
        return ERROR, reserved, segment, generator
    effect, k, first = reserved
    if generator is not None:
        segment.frames.append(generator)
    first = put_back(k, first, segment)
    return go_on(effect, first, segment, False, counters)


def pass_on(node: Delegate | Pass, segment: Segment, generator: Any, counters: Counters) -> Next:
    """The clause ends, then a handler further out answers the performer."""
    clause = clause_in(segment)
    if clause is None:
        return outside_clause(node, segment, generator)
    reserved = reserve(node, clause)
    if isinstance(reserved, Exception):
        return ERROR, reserved, segment, generator
    effect, k, first = reserved
    error = finish_clause(segment, generator)
    if error is not None:
        give_back(k, first)
        return ERROR, error, segment, None
    del clause
    segment.frames.pop()  # the clause's own k, if unused, is dropped first
    first = put_back(k, first, segment)
    lacking = type(node) is Pass and node._from_reader
    return go_on(effect, first, segment, lacking, counters)


def go_on(
    effect: Any, first: Segment, outside: Segment | None, lacking: bool, counters: Counters
) -> Next:
    """Find a handler from `outside` on for an effect performed in `first`.

    `lacking`: a reader without the key that the effect asks for has passed it on.
    """
    while (found := accepting(outside, class_of(effect))) is not None:
        outside = found.outer
        if found.native is None:
            return call_handler(effect, first, found, counters)
        control = found.native._answer(effect, counters)
        if control is not None:
            return (*control, first, None)
        lacking = lacking or lacks(found, effect)
    if lacking:
        return (*missing(effect), first, None)
    return ERROR, unhandled(effect, first), first, None


def accepting(segment: Segment | None, kind: type) -> Segment | None:
    """The innermost segment whose handler accepts effects of a class."""
    while segment is not None:
        accepted = segment.effects
        if accepted is None:
            return segment
        for base in accepted:
            if base is kind or is_subclass(base, kind):
                return segment
        segment = segment.outer
    return None


def lacks(found: Segment, effect: object) -> bool:
    """Whether a handler that passed an effect on is a reader that lacks its key."""
    return type(effect) is Ask and type(found.handler) is ReaderHandler


def unhandled(effect: object, first: Segment) -> UnhandledEffect:
    """The error for an effect that no handler accepts."""
    handlers = [segment.handler for segment in prompts(first)]
    error = UnhandledEffect(messages.unhandled(effect, handlers))
    error.effect = effect
    return error


def call_handler(effect: Any, first: Segment, found: Segment, counters: Counters) -> Next:
    """Capture what is inside of `found`'s prompt, and start the clause outside of it."""
    k = new_continuation(first, found)
    outside: Any = found.outer
    found.outer = None
    handler = found.handler
    try:
        clause = handler(effect, k)
    except BaseException as raised:
        outside.frames.append((effect, k, handler, None))
        return ERROR, stopped(handler, raised), outside, None
    outside.frames.append((effect, k, handler, None))
    if type(clause) is GENERATOR:
        return start(clause, outside, None)
    return other_result(effect, handler, clause, outside, counters)


def other_result(
    effect: Any, handler: Any, clause: Any, outside: Segment, counters: Counters
) -> Next:
    """The handler has returned something else than a generator; its marker is in place."""
    if type(clause) in AS_TAIL:
        return AS_TAIL[type(clause)](clause, outside, None, counters)
    error = program_error(clause, lambda: messages.not_a_clause(handler, clause, effect))
    if error is not None:
        return ERROR, error, outside, None
    frames = outside.frames
    _, k, _, _ = frames[-1]
    frames[-1] = (effect, k, handler, clause)
    return EVALUATE, clause, outside, None


AS_TAIL: dict[type, Rule] = {
    Resume: transfer,
    ResumeThrow: transfer_throw,
    ResumeContinuation: transfer,
    ResumeProgram: transfer_program,
    Delegate: pass_on,
}
"""The rules of the primitives that are done otherwise where a handler call returns them: there is
no clause to wait for them."""


# Rules that only look, and make


def get_continuation(
    node: GetContinuation, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """The clause's own `k`."""
    clause = clause_in(segment)
    if clause is None:
        return outside_clause(node, segment, generator)
    return VALUE, clause[1], segment, generator


def get_handlers(node: GetHandlers, segment: Segment, generator: Any, _counters: Counters) -> Next:
    """The handlers in scope, for a clause those in scope at the perform site while it waits."""
    if node._k is not None:
        first = held(node, node._k)
        if not isinstance(first, Segment):
            return ERROR, first, segment, generator
        return VALUE, [each.listed for each in prompts(first)], segment, generator
    clause = clause_in(segment)
    performer = None if clause is None else clause[1]._first
    listed = [each.listed for each in (*prompts(performer), *prompts(segment))]
    return VALUE, listed, segment, generator


def create_continuation(
    node: CreateContinuation, segment: Segment, generator: Any, _counters: Counters
) -> Next:
    """An unstarted continuation."""
    error = program_error(node._program)
    if error is not None:
        return ERROR, error, segment, generator
    try:
        handlers = checked_list("CreateContinuation", node._handlers)
    except TypeError as error:
        return ERROR, without_ours(error), segment, generator
    first = last = None
    for handler in handlers:
        made = segment_of(handler)
        if type(made) is not Segment:
            return ERROR, made, segment, generator
        if last is None:
            first = last = made
        else:
            last.outer = last = made
    if first is None:
        first = Segment(None, None, (), None, None)
    first.frames.append(Start(node._program))
    return VALUE, new_continuation(first, UNSTARTED), segment, generator


RULES: dict[type, Rule] = {
    Pure: pure,
    WithHandler: with_handler,
    Transfer: transfer,
    Pass: pass_on,
    Delegate: delegate,
    ResumeThrow: resume_throw,
    TransferThrow: transfer_throw,
    ResumeContinuation: resume_waiting,
    ResumeProgram: resume_program,
    GetContinuation: get_continuation,
    GetHandlers: get_handlers,
    CreateContinuation: create_continuation,
    TailCall: tail_call,
    Safe: safe,
    Under: under,
    Raw: start_raw,
}
"""The rules of our own final classes but the two that the loop knows, and the effects."""
