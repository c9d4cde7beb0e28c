"""Debugging: what each step of a VM does, as lines of text.

Nothing is touched of a program's objects but the name of their type.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, final

from . import messages
from .builtin_effects import Modify
from .dispatching import Onward, capture
from .effects import EffectBase, is_a
from .frames import (
    ERROR,
    EVALUATE,
    VALUE,
    DispatchingFrame,
    Frame,
    InPlaceFrame,
    Kont,
    ListenFrame,
    ReturnFrame,
    SafeFrame,
    StartFrame,
    State,
    WithHandlerFrame,
)
from .level2 import step
from .machine import Step, Steps, taken
from .messages import type_name
from .nodes import refuse_subclass
from .programs import DoCall
from .resuming import environment_of
from .stdlib import Stdlib, sizes

__all__ = ["DebugConfig", "tracing"]

LEVELS = ("steps", "trace")

FRAMES_LIMIT = 8
"""Frames that a line names."""


@final
@dataclass(frozen=True, slots=True)
class DebugConfig:
    """What a VM writes to stderr while it runs a program.

    `level` "steps" is a line per step; "trace" adds the calls into Python and their outcomes.
    `show_frames`, `show_dispatch` and `show_store` add to a step's line the frames that wait, the
    effect that a clause is about, and the sizes of what the VM's own handlers store.

    Raises:
        ValueError: `level` is something else.
    """

    __init_subclass__ = refuse_subclass

    level: Literal["steps", "trace"] = "steps"
    _: KW_ONLY
    show_frames: bool = False
    show_dispatch: bool = False
    show_store: bool = False

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(messages.bad_option("level", LEVELS, self.level))


def tracing(config: DebugConfig, steps: Steps, stdlib: Stdlib) -> Step:
    """A `step` that writes what it does."""

    def traced(state: State) -> State:
        number = taken(steps)
        write(number, describe(state, config, stdlib))
        calls = describe_call(state) if config.level == "trace" else None
        if calls is not None:
            write(number, f"  call {calls}")
        after = step(state)
        if calls is not None:
            write(number, f"  {describe_outcome(state, after)}")
        return after

    return traced


def write(number: int, text: str) -> None:
    """Write a line about a step."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stderr.write(f"[step {number}] {text}\n")


def describe(state: State, config: DebugConfig, stdlib: Stdlib) -> str:
    """The line of a step."""
    (kind, payload), environment, _, kont = state
    text = f"{kind.value} {type_name(payload)}"
    if kind is not EVALUATE:
        text += f" -> {name_of_frame(kont[0]) if kont else 'run'}"
    if config.show_frames:
        text += f" frames={','.join(frame_names(kont))}"
    if config.show_dispatch:
        clause = environment or environment_of(kont)
        text += f" dispatch={type_name(clause.effect) if clause else '-'}"
    if config.show_store:
        state_, env, logs = sizes(stdlib)
        text += f" store=state:{state_},env:{env},logs:{logs}"
    return text


FRAME_NAMES: dict[type, str] = {
    ReturnFrame: "generator",
    WithHandlerFrame: "prompt",
    DispatchingFrame: "clause",
    SafeFrame: "safe",
    ListenFrame: "listen",
    InPlaceFrame: "in place",
    StartFrame: "start",
}


def name_of_frame(frame: Frame) -> str:
    """What a line calls a frame."""
    return FRAME_NAMES[type(frame)]


def frame_names(kont: Kont) -> Iterator[str]:
    """The frames that wait, the innermost first, `...` for those beyond the first few."""
    for _ in range(FRAMES_LIMIT):
        if kont is None:
            return
        frame, kont = kont
        yield name_of_frame(frame)
    if kont is not None:
        yield "..."


def describe_call(state: State) -> str | None:
    """The call that a step makes into Python, if any."""
    (kind, payload), _, _, kont = state
    if kind is not EVALUATE:
        if kont is None or type(kont[0]) is not ReturnFrame:
            return None
        return f"generator.{'send' if kind is VALUE else 'throw'}({type_name(payload)})"
    if type(payload) is DoCall:
        return f"{type_name(payload.function)}()"
    effect: Any = payload.effect if type(payload) is Onward else payload
    found = capture(effect, [], kont) if is_a(effect, EffectBase) else None
    if found is None:
        return None
    if found[0].native is None:
        return f"{type_name(found[0].handler)}({type_name(effect)}, Continuation)"
    return f"{type_name(effect.f)}()" if type(effect) is Modify else None


def describe_outcome(state: State, after: State) -> str:
    """What came of the call of a step."""
    (kind, payload), _, _, kont = after
    if kind is EVALUATE:
        return f"yielded {type_name(payload)}"
    if kind is ERROR:
        return f"raised {type_name(payload)}"
    if kont is not None and kont is not state[3] and type(kont[0]) is ReturnFrame:
        return "returned generator"
    return f"returned {type_name(payload)}"
