"""Runs programs on engines and compares what they did."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from textwrap import indent
from types import CodeType, ModuleType
from typing import Any, TypeAlias

from .grammar import Scenario
from .render import PRELUDE, pasteable, source

__all__ = [
    "ENGINES",
    "PROGRAM",
    "Engines",
    "Outcome",
    "compiled",
    "differences",
    "engines",
    "execute",
    "report",
]

Outcome: TypeAlias = dict[str, Any]
"""What a program did: its answer or error, the stores, the log, and more; all of it text."""

Engines: TypeAlias = Sequence[ModuleType]
"""The modules of two or more engines."""

ENGINES = ("doeff_vm", "cesk_v3", "pure_machine")


def engines() -> Engines:
    """The modules of all engines."""
    if BASELINE not in sys.path:
        sys.path.insert(0, BASELINE)
    return [importlib.import_module(name) for name in ENGINES]


BASELINE = str(Path(__file__).resolve().parents[2] / "python-baseline")
"""Where the engines in Python are found, which are not installed."""

PROGRAM = "<program>"
"""The file name of a compiled scenario."""


def compiled(scenario: Scenario) -> CodeType:
    """A scenario without the prelude as code."""
    return compile(source(scenario), PROGRAM, "exec", dont_inherit=True)


@cache
def _prelude() -> CodeType:
    return compile(PRELUDE, "<prelude>", "exec", dont_inherit=True)


def execute(code: CodeType, engine: ModuleType) -> Outcome:
    """What a compiled scenario does on an engine.

    The collector runs only when the program is over: when it ends what is left is not fixed.
    """
    collecting, hook, effects = gc.isenabled(), sys.unraisablehook, sys.modules.get("effects")
    gc.disable()
    sys.modules["effects"] = engine
    try:
        outcome = _run(code)
        gc.collect(0)  # all that the program made is young
    finally:
        sys.unraisablehook = hook
        del sys.modules["effects"]
        if effects is not None:
            sys.modules["effects"] = effects
        if collecting:
            gc.enable()
    log = outcome["log"]
    collected = log.index("collected")
    log[collected + 1 :] = sorted(log[collected + 1 :])
    return outcome


def _run(code: CodeType) -> Outcome:
    namespace: dict[str, Any] = {"__name__": "program"}
    exec(_prelude(), namespace)
    try:
        exec(code, namespace)
    except Exception as error:  # of a decorator
        result = ["error", type(error).__name__, str(error)]
        return {"result": result, "log": ["collected"]}
    return namespace["outcome"]()


def differences(scenario: Scenario, on: Engines) -> str | None:
    """Where the engines disagree about a scenario; None where they do not."""
    code = compiled(scenario)
    outcomes = [execute(code, engine) for engine in on]
    for engine, outcome in zip(on[1:], outcomes[1:], strict=True):
        if outcome != outcomes[0]:
            names = [on[0].__name__, engine.__name__]
            return "\n".join(_differing(outcomes[0], outcome, names))
    return None


def _differing(one: Outcome, other: Outcome, names: list[str]) -> Iterator[str]:
    for what in one:
        first, second = one[what], other.get(what)
        if first == second:
            continue
        where = ""
        if what == "log":
            same = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
            at = len(list(same))
            where, first, second = f"[{at}:]", first[at : at + 3], second[at : at + 3]
        yield f"{what}{where} differs:"
        yield f"  {names[0]}: {first}"
        yield f"  {names[1]}: {second}"


def report(scenario: Scenario, on: Engines) -> str:
    """What to print about a scenario on which the engines disagree."""
    difference = indent(differences(scenario, on) or "they agree now", "# ")
    return f"{pasteable(scenario)}\n\n# The engines disagree:\n{difference}"
