"""Writes scenarios as Python."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from .grammar import BLOCKS, DEFINITIONS, HOLE, Block, Scenario, Term, holes

__all__ = ["PRELUDE", "Line", "pasteable", "render", "source"]

PRELUDE = (Path(__file__).parent / "prelude.py").read_text().partition("\n")[2]
"""What comes before a rendered scenario."""

LAUNCHER = '''"""What this does on all engines: PYTHONPATH=python-baseline python PROGRAM.py"""

import gc
import importlib
import sys


def show_on(engine):
    sys.modules["effects"] = importlib.import_module(engine)
    namespace = {"__name__": "program"}
    with open(__file__) as file:
        exec(compile(file.read(), __file__, "exec"), namespace)
    outcome = namespace["outcome"]()
    del namespace
    gc.collect()
    print(f"{engine}:")
    for what, value in outcome.items():
        for line in value if what == "log" else [value]:
            print(f"  {what}: {line}")


if __name__ == "__main__":
    gc.disable()  # a collection may end programs at any time
    for name in sys.argv[1:] or ["doeff_vm", "cesk_v3", "pure_machine"]:
        show_on(name)
    raise SystemExit

'''
"""What makes a script of prelude and scenario."""


MULTILINE = {f"{{{kind}}}" for kind in [*BLOCKS, "statement", "ending"]}
"""Holes that have their lines to themselves."""


@dataclass(slots=True)
class Line:
    """A line of Python, and what it was made of: kinds, each with its template."""

    text: str
    made_of: list[tuple[str, str]] = field(default_factory=list)


class _Writer:
    """Writes one scenario."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._self = ""

    def function(self, name: str, kind: str, definition: Term) -> list[Line]:
        self._self = name
        return [*self._lines(kind, definition), Line(""), Line("")]

    def _lines(self, kind: str, term: Term) -> list[Line]:
        """A term that stands on lines of its own."""
        filled = list(zip(holes(term.template), term.parts, strict=True))
        made_of = [(kind, term.template)]  # of the first line that runs when the term does
        lines: list[Line] = []
        for text in term.template.split("\n"):
            code = text.lstrip()
            indent = text[: len(text) - len(code)]
            if code in MULTILINE:
                hole, part = filled.pop(0)
                lines += [
                    Line(indent + line.text, line.made_of) for line in self._inner(hole, part)
                ]
            elif code.startswith(("@", "def ")):
                lines.append(Line(self._fill(text, filled, made_of)))
            else:
                lines.append(Line(self._fill(text, filled, made_of), made_of))
                made_of = []
        if lines:
            lines[0].made_of += made_of
        return lines

    def _inner(self, hole: str, part: Term | Block) -> list[Line]:
        """What stands in a hole that has its lines to itself."""
        if isinstance(part, Term):
            return self._lines(hole, part)
        kind = BLOCKS[hole].kind
        lines = [line for term in part for line in self._lines(kind, term)]
        return lines or [Line("pass")] if BLOCKS[hole].least else lines

    def _fill(
        self, text: str, filled: list[tuple[str, Term | Block]], made_of: list[tuple[str, str]]
    ) -> str:
        """Fill the holes of one line with the first of `filled`."""

        def filling(match: re.Match[str]) -> str:
            if match[1] is None:
                return match[0][0]
            if match[1] == "number":
                return str(next(self._numbers))
            if match[1] == "self":
                return self._self
            hole, part = filled.pop(0)
            assert isinstance(part, Term)
            made_of.append((hole, part.template))
            inner = list(zip(holes(part.template), part.parts, strict=True))
            return self._fill(part.template, inner, made_of)

        return HOLE.sub(filling, text)


def render(scenario: Scenario) -> list[Line]:
    """The lines of a scenario, without the prelude."""
    writer = _Writer()
    lines: list[Line] = []
    for function in scenario.functions:
        lines += writer.function(function.name, DEFINITIONS[function.name[0]], function.definition)
    return (lines + writer.function("", "run definition", scenario.run))[:-2]


def source(scenario: Scenario) -> str:
    """The text of a scenario, without the prelude."""
    return "".join(f"{line.text}\n" for line in render(scenario))


def pasteable(scenario: Scenario) -> str:
    """A script that shows what the scenario does on all engines."""
    return f"{LAUNCHER}{PRELUDE}\n\n# The program itself.\n\n\n{source(scenario)}"
