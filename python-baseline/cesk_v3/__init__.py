"""A CESK machine for algebraic effects in plain Python: deep, one-shot handlers over generators.

It has the names and the meaning of `doeff_vm`, so that a program runs on either by switching the
import, and is the readable reference for it. A program is run by a machine whose state is C/E/S/K
(`frames`); a step at level 1 drives a generator (`level1`), a step at level 2 (`level2`) gives
programs (`starting`), effects (`dispatching`) and continuations (`resuming`) their meaning.
"""

from __future__ import annotations

from .builtin_effects import Ask, Get, Listen, Local, Modify, Put, Tell
from .continuation import Continuation
from .debug import DebugConfig
from .effect_class import effect
from .effects import EffectBase
from .errors import ContinuationConsumed, MissingKey, UnhandledEffect
from .handlers import TypedHandler, handler, with_handlers
from .machine import run
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
from .programs import DoCall, DoFunction, Program, Pure, do
from .results import Err, Ok
from .stdlib import ReaderHandler, StateHandler, Stdlib, WriterHandler, reader, state, writer
from .vm import VM

__all__ = [
    "VM",
    "Ask",
    "Continuation",
    "ContinuationConsumed",
    "CreateContinuation",
    "DebugConfig",
    "Delegate",
    "DoCall",
    "DoFunction",
    "EffectBase",
    "Err",
    "Get",
    "GetContinuation",
    "GetHandlers",
    "Listen",
    "Local",
    "MissingKey",
    "Modify",
    "Ok",
    "Pass",
    "Program",
    "Pure",
    "Put",
    "ReaderHandler",
    "Resume",
    "ResumeContinuation",
    "ResumeThrow",
    "Safe",
    "StateHandler",
    "Stdlib",
    "TailCall",
    "Tell",
    "Transfer",
    "TransferThrow",
    "TypedHandler",
    "UnhandledEffect",
    "WithHandler",
    "WriterHandler",
    "do",
    "effect",
    "handler",
    "reader",
    "run",
    "state",
    "with_handlers",
    "writer",
]
