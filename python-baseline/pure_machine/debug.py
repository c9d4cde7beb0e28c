"""Debugging: the steps of a VM, as lines of text.

Nothing is touched of a program's objects but the name of their type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cesk_v3.debug import FRAMES_LIMIT, DebugConfig, write
from cesk_v3.machine import Steps, taken
from cesk_v3.messages import type_name
from cesk_v3.stdlib import Stdlib, sizes

from .loop import Trace
from .rules import clause_in
from .segments import GENERATOR, IN_PLACE, MARKER, SAFE, Listening, Segment

__all__ = ["tracing"]


def tracing(config: DebugConfig, steps: Steps, stdlib: Stdlib) -> Trace:
    """Writes a line about each step, and at the level "trace" one about who yielded."""

    def trace(program: Any, segment: Segment, generator: Any) -> None:
        text = f"evaluate {type_name(program)}"
        if config.show_frames:
            text += f" frames={','.join(frame_names(segment, generator))}"
        if config.show_dispatch:
            clause = clause_in(segment)
            text += f" dispatch={type_name(clause[0]) if clause else '-'}"
        if config.show_store:
            state, env, logs = sizes(stdlib)
            text += f" store=state:{state},env:{env},logs:{logs}"
        write(taken(steps), text)
        if config.level == "trace" and generator is not None:
            write(taken(steps), f"  yielded by {generator.gi_code.co_qualname}")

    return trace


def frame_names(innermost: Segment, generator: Any) -> Iterator[str]:
    """The frames that wait, the innermost first, `...` for those beyond the first few."""
    names = all_names(innermost, generator)
    for number, name in enumerate(names):
        if number == FRAMES_LIMIT:
            yield "..."
            return
        yield name


def all_names(innermost: Segment, generator: Any) -> Iterator[str]:
    """The frames that wait, the innermost first."""
    if generator is not None:
        yield "generator"
    segment: Segment | None = innermost
    while segment is not None:
        yield from map(name_of, reversed(segment.frames))
        if segment.listed is not None:
            yield "prompt"
        segment = segment.outer


def name_of(frame: Any) -> str:
    """What a line calls a frame."""
    if type(frame) is GENERATOR:
        return "generator"
    if type(frame) is MARKER:
        return "clause"
    if frame is SAFE:
        return "safe"
    if frame is IN_PLACE:
        return "in place"
    return "listen" if type(frame) is Listening else "start"
