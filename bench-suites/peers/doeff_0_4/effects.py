"""doeff 0.4 under the names that workloads import.

The names are doeff's own objects, and handlers are installed as its documentation does it: they are
`do` functions under a `WithHandler`. Its variants are those of doeff 0.8, which differs in nothing
that they spell. While a run is timed, nothing of this file is called but `run_under`, once, where a
workload runs its body under new handlers.
"""

from inspect import isgeneratorfunction
from pathlib import Path

from doeff import Ask, EffectBase, Get, Modify, Pass, Pure, Put, Resume, Tell, Transfer, do, run
from doeff_core_effects.handlers import reader, state, writer

# The node itself: what `doeff` has under this name warns that it is deprecated, each time.
from doeff_vm import WithHandler

__all__ = [
    "Ask",
    "EffectBase",
    "Get",
    "Modify",
    "Pass",
    "Pure",
    "Put",
    "Resume",
    "Tell",
    "Transfer",
    "WithHandler",
    "do",
    "install",
    "reader",
    "run",
    "run_under",
    "state",
    "writer",
]

VARIANTS = Path(__file__).parents[1] / "doeff_0_8" / "variants"


def install(handlers, program):
    """The program under handlers, innermost first; they have no types."""
    for clause, _ in handlers:
        program = WithHandler(as_program(clause), program)
    return program


def as_program(clause):
    """The clause as a `do` function, unless it is one."""
    # Without `non_tail` it warns of clauses that go on after their Resume; nothing else changes.
    return do(non_tail=True)(clause) if isgeneratorfunction(clause) else clause


def run_under(program, handlers):
    """Run the program under new handlers that doeff made, given innermost first."""
    for handler in handlers:
        program = WithHandler(handler, program)
    return run(program)
