"""Draws scenarios from the grammar: from a seed, or as hypothesis wants them."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import TypeAlias

from hypothesis import strategies as st

from .grammar import BLOCKS, DEFINITIONS, GRAMMAR, Block, Function, Scenario, Term, holes

__all__ = ["STOCK", "random_scenario", "scenarios"]

Below: TypeAlias = Callable[[int], int]
"""Draws an int from 0 to n-1; the smaller, the simpler."""

COSTS = {"statement": 2, "program": 1, "scene_program": 1}
"""What a level of nesting costs. An odd allowance leaves no loop that could only log."""

DEPTHS = {"p": 7, "h": 5, "s": 5, "m": 7}
"""What nesting may cost in a function, by the first letter of its name."""

STOCK = {"p": "plain", "h": "calm", "s": "tidy"}
"""What a reference to a function falls back on: the prelude's own."""


def _heights() -> dict[str, float]:
    """What a term of each kind costs at least."""
    heights: dict[str, float] = dict.fromkeys(GRAMMAR, math.inf) | dict.fromkeys(STOCK, 0)
    before: dict[str, float] = {}
    while before != heights:
        before = dict(heights)
        for kind, block in BLOCKS.items():
            heights[kind] = heights[block.kind] if block.least else 0
        for kind, templates in GRAMMAR.items():
            least = min(_height(template, heights) for _, template in templates)
            heights[kind] = COSTS.get(kind, 0) + least
    return heights


def _height(template: str, heights: dict[str, float]) -> float:
    return max((heights[kind] for kind in holes(template)), default=0)


HEIGHTS = _heights()


@cache
def _options(kind: str, in_clause: bool, depth: int) -> tuple[list[int], list[str]]:
    """The templates of a kind whose holes can do with `depth`, and their weights added up."""
    options = GRAMMAR[kind] + (GRAMMAR.get(f"clause {kind}", []) if in_clause else [])
    fitting = [(weight, text) for weight, text in options if _height(text, HEIGHTS) <= depth]
    return list(accumulate(weight for weight, _ in fitting)), [text for _, text in fitting]


class _Drawing:
    """One scenario being drawn."""

    def __init__(self, below: Below) -> None:
        self._below = below
        letters = ["h", "p", *("phphs"[below(5)] for _ in range(3 + below(6)))]
        self._names = [f"{letter}{i}" for i, letter in enumerate(letters)]
        self._at = -1
        self._in_clause = False

    def scenario(self) -> Scenario:
        run = self._term("run definition", DEPTHS["m"])
        main = self._function("main")
        functions: list[Function] = []
        for at, name in enumerate(self._names):
            self._at = at
            functions.append(self._function(name))
        return Scenario((*functions, main), run)

    def _function(self, name: str) -> Function:
        self._in_clause = name[0] in "hs"
        return Function(name, self._term(DEFINITIONS[name[0]], DEPTHS[name[0]]))

    def _term(self, kind: str, depth: int) -> Term:
        if kind in STOCK:
            return Term(self._reference(kind))
        depth -= COSTS.get(kind, 0)
        totals, templates = _options(kind, self._in_clause, depth)
        template = templates[bisect(totals, self._below(totals[-1]))]
        return Term(template, tuple(self._part(hole, depth) for hole in holes(template)))

    def _part(self, kind: str, depth: int) -> Term | Block:
        if kind not in BLOCKS:
            return self._term(kind, depth)
        block = BLOCKS[kind]
        if depth < HEIGHTS[block.kind]:
            return ()
        count = block.least + self._below(block.most - block.least + 1)
        return tuple(self._term(block.kind, depth) for _ in range(count))

    def _reference(self, prefix: str) -> str:
        """A function; mostly a later one, so that there is little recursion."""
        anywhere = self._below(20) == 19
        names = [
            name for name in self._names[0 if anywhere else self._at + 1 :] if name[0] == prefix
        ]
        choice = self._below(4 * len(names) + 1)
        return names[(choice - 1) % len(names)] if choice else STOCK[prefix]


def random_scenario(seed: object) -> Scenario:
    """The scenario of a seed."""
    source = random.Random(str(seed)).random
    return _Drawing(lambda n: int(source() * n)).scenario()


CHOICES = 400
"""More than nearly all scenarios have; the rest of the others is simple."""


def _scenario(choices: bytes) -> Scenario:
    source = iter(choices)
    return _Drawing(lambda n: next(source, 0) * n >> 8).scenario()


def scenarios() -> st.SearchStrategy[Scenario]:
    """The strategy of all scenarios.

    The choices are drawn as one value: hypothesis prefers small numbers, which are the simple
    choices, and would make up for a part of the programs by repeating choices of others.
    """
    return st.binary(min_size=CHOICES, max_size=CHOICES).map(_scenario)
