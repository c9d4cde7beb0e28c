"""Level 2: the step of the machine, which gives effects and control primitives their meaning.

Each rule takes the program at C with E, S and K, and gives the next state. An error of a rule is
raised at the top of K: for a program that was yielded, at that `yield`. The rules are told apart
by the type of the program; here are the table of them and the rules that only look.
"""

# The rules read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .builtin_effects import Ask, Get, Listen, Local, Modify, Put, Tell
from .continuation import new_continuation, resumed
from .dispatching import (
    Onward,
    delegate,
    leave_clause,
    leave_listen,
    make_prompt,
    onward,
    pass_on,
    perform,
    prompts,
    under,
    with_handler,
)
from .effects import EffectBase, is_subclass
from .frames import (
    EVALUATE,
    VALUE,
    DispatchingFrame,
    Environment,
    Frame,
    InPlaceFrame,
    Kind,
    Kont,
    ListenFrame,
    ReturnFrame,
    SafeFrame,
    Stack,
    StartFrame,
    State,
    Store,
    WithHandlerFrame,
)
from .handlers import checked_list
from .level1 import resume_generator
from .primitives import (
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
from .programs import DoCall, Pure
from .resuming import (
    failed,
    held,
    outside_clause,
    resume,
    resume_program,
    resume_throw,
    resume_waiting,
    transfer,
    transfer_throw,
)
from .starting import (
    Raw,
    leave_in_place,
    leave_safe,
    leave_start,
    program_error,
    pure,
    safe,
    start_call,
    start_object,
    start_raw,
    tail_call,
)
from .stdlib import ResumeProgram, Under
from .tracebacks import without_ours

__all__ = ["step"]

Rule: TypeAlias = Callable[[Any, Environment, Store, Kont], State]
Leaving: TypeAlias = Callable[[Kind, Any, Any, Store, Stack], State]


def step(state: State) -> State:
    """The state after `state`; a final one, with a value or an error and an empty K, stays."""
    control, environment, store, kont = state
    kind, payload = control
    if kind is EVALUATE:
        rule = RULES.get(type(payload)) or rule_of(payload)
        return rule(payload, environment, store, kont)
    if kont is None:
        return state
    frame = kont[0]
    if type(frame) is ReturnFrame:
        return resume_generator(kind, payload, frame, store, kont)
    if type(frame) is WithHandlerFrame:
        return (control, None, store, kont[1])
    return LEAVING[type(frame)](kind, payload, frame, store, kont)


def rule_of(program: object) -> Rule:
    """The rule for a program of a class that is not ours."""
    return perform if is_subclass(EffectBase, type(program)) else start_object


# Rules that only look, and make


def get_continuation(
    node: GetContinuation, environment: Environment, store: Store, kont: Kont
) -> State:
    """The clause's own `k`."""
    if environment is None:
        return outside_clause(node, store, kont)
    return ((VALUE, environment.k), None, store, kont)


def get_handlers(node: GetHandlers, environment: Environment, store: Store, kont: Kont) -> State:
    """The handlers in scope, for a clause those in scope at the perform site while it waits."""
    if node._k is not None:
        return get_held_handlers(node, environment, store, kont)
    scope: Any = kont
    performer = None if environment is None else environment.k._frames
    if performer is not None:
        while scope[0] is not environment:
            scope = scope[1]
        scope = resumed(performer, scope[1])
    return ((VALUE, [prompt.listed for prompt in prompts(scope)]), None, store, kont)


def get_held_handlers(
    node: GetHandlers, environment: Environment, store: Store, kont: Kont
) -> State:
    """The handlers that a continuation holds."""
    frames = held(node, node._k)
    if isinstance(frames, Exception):
        return failed(frames, environment, store, kont)
    listed = [frame.listed for frame in frames if type(frame) is WithHandlerFrame]
    return ((VALUE, listed), None, store, kont)


def create_continuation(
    node: CreateContinuation, environment: Environment, store: Store, kont: Kont
) -> State:
    """An unstarted continuation."""
    error = program_error(node._program)
    if error is not None:
        return failed(error, environment, store, kont)
    frames: list[Frame] = [StartFrame(node._program)]
    try:
        handlers = checked_list("CreateContinuation", node._handlers)
    except TypeError as error:
        return failed(without_ours(error), environment, store, kont)
    for handler in handlers:
        prompt = make_prompt(handler)
        if type(prompt) is not WithHandlerFrame:
            return failed(prompt, environment, store, kont)
        frames.append(prompt)
    return ((VALUE, new_continuation(frames, unstarted=True)), None, store, kont)


RULES: dict[type, Rule] = {
    DoCall: start_call,
    Pure: pure,
    WithHandler: with_handler,
    Resume: resume,
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
    Onward: onward,
    Raw: start_raw,
    **dict.fromkeys((Get, Put, Modify, Ask, Local, Tell, Listen), perform),
}
"""The rules of our own final classes; `rule_of` finds the others."""

LEAVING: dict[type, Leaving] = {
    DispatchingFrame: leave_clause,
    SafeFrame: leave_safe,
    ListenFrame: leave_listen,
    InPlaceFrame: leave_in_place,
    StartFrame: leave_start,
}
"""What a value or an error does at the frames that `step` does not see to itself."""
