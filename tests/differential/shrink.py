"""Finds a small scenario that has a property of a large one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from .generate import STOCK
from .grammar import BLOCKS, DEFINITIONS, GRAMMAR, Block, Function, Scenario, Term, holes
from .render import source

__all__ = ["shrink"]


def shrink(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """The smallest scenario found for which `fails` still holds, as it must for `scenario`."""
    seen = {source(scenario)}
    while True:
        for smaller in _smaller(scenario):
            text = source(smaller)
            if text not in seen:
                seen.add(text)
                if fails(smaller):
                    scenario = smaller
                    break
        else:
            return scenario


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios with a little less in them, the boldest cuts first."""
    functions = scenario.functions
    for i, function in enumerate(functions):
        fewer = replace(scenario, functions=functions[:i] + functions[i + 1 :])
        for smaller in (fewer, *_without_calls(fewer, function)):
            if not re.search(rf"\b{function.name}\b", source(smaller)):
                yield smaller
    for run in _simpler(scenario.run, "run definition"):
        yield replace(scenario, run=run)
    for i, function in enumerate(functions):
        for definition in _simpler(function.definition, DEFINITIONS[function.name[0]]):
            smaller = replace(function, definition=definition)
            yield replace(scenario, functions=(*functions[:i], smaller, *functions[i + 1 :]))


def _without_calls(scenario: Scenario, function: Function) -> Iterator[Scenario]:
    """Scenarios with something else in the place of a function."""
    name, kind = Term(function.name), function.name[0]
    others = [other.name for other in scenario.functions if other.name[0] == kind]
    for other in map(Term, [*others, STOCK.get(kind, "main")]):
        yield _changed(scenario, lambda term, other=other: other if term == name else None)
    if kind == "p":
        for part in _find(function.definition, "program"):
            yield _changed(
                scenario, lambda term, part=part: part if term.parts[:1] == (name,) else None
            )
    if kind == "s":
        for part in _find(function.definition, "ending"):
            yield _changed(
                scenario,
                lambda term, part=part: (
                    part if name in term.parts and term.template in ENDINGS else None
                ),
            )


ENDINGS = {template for _, template in GRAMMAR["ending"]}


def _changed(scenario: Scenario, change: Callable[[Term], Term | None]) -> Scenario:
    """The scenario with what `change` gives in the place of the terms for which it gives one."""

    def changed(term: Term) -> Term:
        return change(term) or Term(term.template, tuple(map(changed_part, term.parts)))

    def changed_part(part: Term | Block) -> Term | Block:
        return changed(part) if isinstance(part, Term) else tuple(map(changed, part))

    functions = (replace(f, definition=changed(f.definition)) for f in scenario.functions)
    return Scenario(tuple(functions), changed(scenario.run))


def _find(term: Term, kind: str) -> Iterator[Term]:
    """The outermost terms of this kind below `term`."""
    for hole, part in zip(holes(term.template), term.parts, strict=True):
        if hole == kind:
            assert isinstance(part, Term)
            yield part
        else:
            for inner in (part,) if isinstance(part, Term) else part:
                yield from _find(inner, kind)


def _simpler(term: Term, kind: str) -> Iterator[Term]:
    """Terms that could stand where one of this kind does."""
    yield _simplest(kind)
    yield from _inside(term, kind)
    if kind in GRAMMAR:
        for _, template in GRAMMAR[kind]:
            if template == term.template:
                break
            if holes(template) == holes(term.template):
                yield Term(template, term.parts)
    for i, hole in enumerate(holes(term.template)):
        for part in _simpler_part(term.parts[i], hole):
            yield Term(term.template, (*term.parts[:i], part, *term.parts[i + 1 :]))


def _simpler_part(part: Term | Block, kind: str) -> Iterator[Term | Block]:
    if isinstance(part, Term):
        yield from _simpler(part, kind)
        return
    block = BLOCKS[kind]
    for size in (len(part), len(part) // 2, 1):
        if size and len(part) - size >= min(block.least, 1):
            for i in range(0, len(part), size):
                yield part[:i] + part[i + size :]
    for i, term in enumerate(part):
        for inner in term.parts:
            if not isinstance(inner, Term):
                yield part[:i] + inner + part[i + 1 :]
        for smaller in _simpler(term, block.kind):
            yield (*part[:i], smaller, *part[i + 1 :])


def _inside(term: Term, kind: str) -> Iterator[Term]:
    """The nearest terms of this kind below `term`."""
    for hole, part in zip(holes(term.template), term.parts, strict=True):
        if hole in BLOCKS:
            continue
        assert isinstance(part, Term)
        if hole == kind:
            yield part
        else:
            yield from _inside(part, kind)


@cache
def _simplest(kind: str) -> Term:
    """The simplest term of a kind."""
    if kind in STOCK:
        return Term(STOCK[kind])
    template = GRAMMAR[kind][0][1]
    return Term(template, tuple(map(_simplest_part, holes(template))))


def _simplest_part(kind: str) -> Term | Block:
    if kind not in BLOCKS:
        return _simplest(kind)
    block = BLOCKS[kind]
    return (_simplest(block.kind),) * min(block.least, 1)
