"""The rules of the primitives that use a continuation, but for those that perform an effect."""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any

from . import messages
from .continuation import Continuation, give_back, report_unraisable, resumed, take
from .effects import is_a
from .errors import ContinuationConsumed
from .frames import (
    ERROR,
    EVALUATE,
    VALUE,
    Control,
    DispatchingFrame,
    Environment,
    Frame,
    Kont,
    ReturnFrame,
    Stack,
    State,
    Store,
)
from .level1 import close, finish
from .primitives import (
    Delegate,
    Pass,
    Resume,
    ResumeContinuation,
    ResumeThrow,
    Transfer,
    TransferThrow,
)
from .stdlib import ResumeProgram
from .tail import is_tail

__all__ = [
    "USES_CONTINUATION",
    "environment_of",
    "failed",
    "finish_clause",
    "held",
    "outside_clause",
    "resume",
    "resume_program",
    "resume_throw",
    "resume_waiting",
    "transfer",
    "transfer_program",
    "transfer_throw",
    "use",
]


def failed(error: BaseException, environment: Environment, store: Store, kont: Kont) -> State:
    """The state that raises `error` at the top of `kont`."""
    return ((ERROR, error), environment, store, kont)


def environment_of(kont: Kont) -> Environment:
    """The E of a program that runs in the place of what was on top of `kont`."""
    frame = kont and kont[0]
    if type(frame) is DispatchingFrame:
        return frame
    return getattr(frame, "environment", None)


def use(node: object, k: object, value: object = None) -> list[Frame] | Exception:
    """Take the frames of `k`, which is the continuation of `node`; or why that cannot be.

    `value` is what it is to be given.
    """
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if value is not None and k._unstarted:
        return TypeError(messages.unstarted_with_value(value))
    frames = take(k)
    if frames is None:
        return ContinuationConsumed(messages.consumed())
    return frames


def held(node: object, k: object) -> list[Frame] | Exception:
    """The frames that `k`, which is the continuation of `node`, keeps; or why it has none."""
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if k._unstarted:
        return TypeError(messages.unstarted(node))
    frames = k._frames
    return ContinuationConsumed(messages.consumed()) if frames is None else frames


def use_to_throw(node: ResumeThrow | TransferThrow) -> tuple[list[Frame], Control] | Exception:
    """Take the frames of `node`'s continuation, and what they are to get; or why that cannot be."""
    k, error = node._k, node._error
    if type(k) is not Continuation:
        return TypeError(messages.not_a_continuation(node, k))
    if not is_a(error, BaseException):
        return TypeError(messages.not_an_exception(node, error))
    frames = use(node, k)
    if isinstance(frames, Exception):
        return frames
    if is_a(error, StopIteration):  # a generator would be taken to return
        stop = error
        error = RuntimeError(messages.given_stop_iteration(node))
        error.__cause__ = error.__context__ = stop
    return frames, (ERROR, error)


# The clause waits


def resume(node: Resume, environment: Environment, store: Store, kont: Kont) -> State:
    """The performer goes on, above whoever resumes it; a tail resume ends that generator."""
    k = node._k
    frames = use(node, k, node._value)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    if kont is not None:
        frame, rest = kont
        if type(frame) is ReturnFrame and is_tail(frame.generator):
            error = finish(frame.generator)
            if error is not None:
                give_back(k, frames)
                return failed(error, None, store, rest)
            kont = rest[1] if rest is not None and type(rest[0]) is DispatchingFrame else rest
    return ((VALUE, node._value), None, store, resumed(frames, kont))


def resume_waiting(
    node: ResumeContinuation, environment: Environment, store: Store, kont: Kont
) -> State:
    """The performer goes on, above whoever resumes it, who waits."""
    frames = use(node, node._k, node._value)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    return ((VALUE, node._value), None, store, resumed(frames, kont))


def resume_throw(node: ResumeThrow, environment: Environment, store: Store, kont: Kont) -> State:
    """The error is raised where the performer waits, above whoever resumes it."""
    used = use_to_throw(node)
    if isinstance(used, Exception):
        return failed(used, environment, store, kont)
    frames, control = used
    return (control, None, store, resumed(frames, kont))


def resume_program(
    node: ResumeProgram, environment: Environment, store: Store, kont: Kont
) -> State:
    """A program runs where the performer waits, above whoever resumes it."""
    frames = use(node, node._k, node._program)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    return ((EVALUATE, node._program), None, store, resumed(frames, kont))


# The clause ends


def outside_clause(node: object, store: Store, kont: Kont) -> State:
    """A primitive was yielded that works only in a clause."""
    return failed(RuntimeError(messages.outside_clause(node)), None, store, kont)


def transfer(
    node: Transfer | Resume | ResumeContinuation,
    environment: Environment,
    store: Store,
    kont: Kont,
) -> State:
    """The clause ends, then the performer goes on in its place."""
    if environment is None:
        return outside_clause(node, store, kont)
    k, value = node._k, node._value
    frames = use(node, k, value)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    return switch((k, frames), (VALUE, value), environment, store, kont)


def transfer_throw(
    node: TransferThrow | ResumeThrow, environment: Environment, store: Store, kont: Kont
) -> State:
    """The clause ends, then the error is raised where the performer waits."""
    if environment is None:
        return outside_clause(node, store, kont)
    used = use_to_throw(node)
    if isinstance(used, Exception):
        return failed(used, environment, store, kont)
    frames, control = used
    return switch((node._k, frames), control, environment, store, kont)


def transfer_program(
    node: ResumeProgram, environment: Environment, store: Store, kont: Kont
) -> State:
    """The clause, a handler call, has ended: a program runs where the performer waits."""
    if environment is None:
        return outside_clause(node, store, kont)
    frames = use(node, node._k, node._program)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    return switch((node._k, frames), (EVALUATE, node._program), environment, store, kont)


def switch(
    used: tuple[Continuation, list[Frame]],
    control: Control,
    environment: DispatchingFrame,
    store: Store,
    kont: Kont,
) -> State:
    """End the clause; then the performer goes on in its place.

    `used` is its continuation, and the frames that were taken from that.
    """
    k, frames = used
    error, kont = finish_clause(environment, kont)
    if error is not None:
        give_back(k, frames)
        return failed(error, environment, store, kont)
    return (control, None, store, resumed(frames, kont[1]))


def finish_clause(environment: DispatchingFrame, kont: Any) -> tuple[BaseException | None, Stack]:
    """Close the clause's generators, innermost first.

    Gives the first error of their cleanup, and what is left of K: the clause's dispatch on what
    surrounds its handler.
    """
    first = None
    while kont[0] is not environment:
        frame, kont = kont
        error = close(frame.generator) if type(frame) is ReturnFrame else None
        if error is None:
            continue
        if first is None:
            first = error
        else:
            report_unraisable(error)
    return first, kont


USES_CONTINUATION = frozenset(
    (
        Resume,
        Transfer,
        ResumeThrow,
        TransferThrow,
        Delegate,
        Pass,
        ResumeContinuation,
        ResumeProgram,
    )
)
"""The primitives that a clause must yield, and not return."""
