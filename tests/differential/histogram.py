"""What random programs are like: how long, how they end, and what happens in them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

from .compare import PROGRAM, compiled, execute
from .grammar import GRAMMAR, Scenario
from .render import render

__all__ = ["Histogram"]

EDGES = (10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800)
"""The bounds of the histogram's rows, in events."""

WIDTH = 50
"""The longest bar, in characters."""


@dataclass
class Histogram:
    """Programs counted by events, by how they ended, and by the constructs that ran."""

    events: list[int] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)
    programs: Counter[tuple[str, str]] = field(default_factory=Counter)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, scenario: Scenario, engine: ModuleType) -> None:
        """Run a scenario and count it. An event is an effect performed, or a start of a program
        or a clause."""
        counts, outcome = _traced(scenario, engine)
        runs: Counter[tuple[str, str]] = Counter()
        for line, times in zip(render(scenario), counts, strict=True):
            for construct in line.made_of:
                runs[construct] += times
        performed = sum(runs[kind, text] for kind, text in runs if kind == "effect")
        started = sum(" starts: " in entry for entry in outcome["log"])
        result = outcome["result"]
        self.events.append(performed + started)
        self.results[result[0] if result[0] == "answer" else " ".join(result[:2])] += 1
        self.runs += runs
        self.programs.update(construct for construct, times in runs.items() if times)

    @property
    def answers(self) -> float:
        """The share of programs that ended in an answer."""
        return self.results["answer"] / len(self.events)

    @property
    def mean(self) -> float:
        """Events per program."""
        return sum(self.events) / len(self.events)

    def __str__(self) -> str:
        return "\n".join((*self._lengths(), "", *self._endings(), "", *self._constructs()))

    def _lengths(self) -> Iterator[str]:
        rows = Counter(next((edge for edge in EDGES if n < edge), None) for n in self.events)
        longest = max(rows.values())
        yield "events       programs"
        for low, edge in zip((0, *EDGES), (*EDGES, None), strict=True):
            bounds = f"{low:4} to {edge - 1:4}" if edge else f"{low:4} and more"
            yield f"{bounds:12} {rows[edge]:8,} {'#' * -(-rows[edge] * WIDTH // longest)}"
        median = sorted(self.events)[len(self.events) // 2]
        yield f"mean {self.mean:.1f}, median {median} events in {len(self.events):,} programs"

    def _endings(self) -> Iterator[str]:
        yield f"{self.answers:.1%} end in an answer"
        for result, number in self.results.most_common():
            yield f"{number:8,} {result}"

    def _constructs(self) -> Iterator[str]:
        yield "programs with it       runs  construct"
        for kind in (kind for kind in GRAMMAR if not kind.startswith("clause ")):
            yield f"{kind}:"
            options = GRAMMAR[kind] + GRAMMAR.get(f"clause {kind}", [])
            for _, template in sorted(options, key=lambda option: -self.runs[kind, option[1]]):
                share = self.programs[kind, template] / len(self.events)
                yield f"  {share:13.2%} {self.runs[kind, template]:10,}  {template!r}"


def _traced(scenario: Scenario, engine: ModuleType) -> tuple[list[int], dict[str, Any]]:
    """How often each line of a scenario ran, and its outcome."""
    counts = [0] * len(render(scenario))

    def count(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            counts[frame.f_lineno - 1] += 1
        return count

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        return count if frame.f_code.co_filename == PROGRAM else None

    code = compiled(scenario)
    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        return counts, execute(code, engine)
    finally:
        sys.settrace(previous)
