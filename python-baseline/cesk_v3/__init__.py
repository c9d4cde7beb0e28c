"""A CESK machine for algebraic effects in plain Python: deep, one-shot handlers over generators.

It has the names and the meaning of `doeff_vm`, so that a program runs on either by switching the
import, and is the readable reference for it. A program is run by a machine whose state is C/E/S/K
(`frames`); a step at level 1 drives a generator (`level1`), a step at level 2 gives effects and
control primitives their meaning (`level2`).
"""

from __future__ import annotations

from .continuation import Continuation
from .effects import EffectBase
from .errors import ContinuationConsumed, UnhandledEffect
from .machine import run
from .primitives import Pass, Resume, Transfer, WithHandler
from .programs import DoCall, DoFunction, Program, Pure, do

__all__ = [
    "Continuation",
    "ContinuationConsumed",
    "DoCall",
    "DoFunction",
    "EffectBase",
    "Pass",
    "Program",
    "Pure",
    "Resume",
    "Transfer",
    "UnhandledEffect",
    "WithHandler",
    "do",
    "run",
]
