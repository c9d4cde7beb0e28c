"""What random programs look like.

A *kind* is a list of weighted *templates*, the simplest first: Python text whose holes, `{kind}`,
are filled with texts of that kind. The holes `{number}` and `{self}` are filled by the renderer:
with a number that occurs nowhere else, and with the name of the function around. The holes `{p}`,
`{h}` and `{s}` are filled with names of programs, handlers and steps; a step is a clause that is a
program. `grammar.txt` lists the kinds. A program is a tree of `Term`s, one for each template that
was chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

__all__ = [
    "BLOCKS",
    "DEFINITIONS",
    "GRAMMAR",
    "HOLE",
    "Block",
    "Function",
    "Scenario",
    "Term",
    "holes",
]


@dataclass(frozen=True, slots=True)
class Term:
    """A template with what fills its holes."""

    template: str
    parts: tuple[Term | Block, ...] = ()


Block: TypeAlias = tuple[Term, ...]
"""Statements."""


@dataclass(frozen=True, slots=True)
class Function:
    """A program or a handler of a scenario."""

    name: str
    definition: Term


@dataclass(frozen=True, slots=True)
class Scenario:
    """A program to run: its functions, and how they are run, under which handlers."""

    functions: tuple[Function, ...]
    run: Term


FILLED = ("number", "self")
"""The holes that the renderer fills by itself."""

HOLE = re.compile(r"{{|}}|{(\w+)}")
"""A hole, or a brace that stands for itself."""


@cache
def holes(template: str) -> tuple[str, ...]:
    """The kinds of a template's parts."""
    return tuple(kind for kind in HOLE.findall(template) if kind and kind not in FILLED)


@dataclass(frozen=True, slots=True)
class Several:
    """A kind that stands for `least` to `most` texts of `kind`, below one another."""

    kind: str
    least: int
    most: int


BLOCKS = {
    "block": Several("statement", 1, 3),
    "after": Several("statement", 0, 1),
    "steps": Several("statement", 0, 2),
    "scenes": Several("scene", 2, 5),
}


def _read(text: str) -> dict[str, list[tuple[int, str]]]:
    """Read kinds: `KIND:`, then a line `WEIGHT TEMPLATE` for each, its further lines indented."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line[0] != " ":
            templates = kinds[line.removesuffix(":")] = []
            continue
        weight, code = line[:INDENT].strip(), line[INDENT:]
        if weight:
            templates.append((int(weight), code))
        else:
            templates[-1] = (templates[-1][0], f"{templates[-1][1]}\n{code}")
    return kinds


INDENT = 5
"""Where a template starts in its line."""

DEFINITIONS = {
    "p": "program definition",
    "h": "handler definition",
    "s": "step definition",
    "m": "main definition",
}
"""What functions are by the first letter of their names. A step is a clause that is a program."""

GRAMMAR = _read((Path(__file__).parent / "grammar.txt").read_text())
"""Every kind's templates with their weights. `clause KIND` is what clauses have in addition."""
