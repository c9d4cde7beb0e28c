"""A virtual machine for algebraic effects.

Programs are generators that *yield effects*; *handlers* decide what they mean, by resuming,
transferring to, passing on or dropping the one-shot continuation ``k``.
"""

from doeff_vm.doeff_vm import (
    Continuation,
    ContinuationConsumed,
    DoCall,
    DoFunction,
    EffectBase,
    Pass,
    Program,
    Pure,
    Resume,
    Transfer,
    UnhandledEffect,
    WithHandler,
    __version__,
    do,
    run,
)

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
    "__version__",
    "do",
    "run",
]
