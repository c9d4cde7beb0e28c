"""doeff 0.4 under the names that workloads import.

The names are doeff's own objects, and handlers are installed as its documentation does it: they are
`do` functions under a `WithHandler`. Its variants are those of doeff 0.8, which differs in nothing
that they spell. While a run is timed, nothing of this file is called but `run_under`, where a
workload runs its body under new handlers, `with_handler`, where its body makes new clauses, and the
function that `accepting` makes, which passes on effects of other types.
"""

from functools import partial
from inspect import isgeneratorfunction
from pathlib import Path

from doeff import (
    Ask,
    EffectBase,
    Get,
    Modify,
    Pass,
    Pure,
    Put,
    Resume,
    Tell,
    Transfer,
    TransferThrow,
    do,
    run,
)
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
    "TransferThrow",
    "WithHandler",
    "accepting",
    "do",
    "handler",
    "install",
    "reader",
    "run",
    "run_under",
    "state",
    "with_handler",
    "writer",
]

VARIANTS = Path(__file__).parents[1] / "doeff_0_8" / "variants"


def install(handlers, program):
    """The program under handlers, innermost first; they have no types."""
    for clause, _ in handlers:
        program = WithHandler(handler(clause), program)
    return program


def handler(clause):
    """The clause as a `do` function, unless it is one."""
    # Without `non_tail` it warns of clauses that go on after their Resume; nothing else changes.
    return do(non_tail=True)(clause) if isgeneratorfunction(clause) else clause


def run_under(program, handlers):
    """Run the program under new handlers that doeff made, given innermost first."""
    for enclose in handlers:
        program = WithHandler(enclose, program)
    return run(program)


def with_handler(clause, program, effects=EffectBase):
    """The program under a clause that a body has just made, with the effects it accepts.

    Variants import this as `WithHandler`.
    """
    return WithHandler(accepting(clause, effects), program)


def accepting(clause, effects=EffectBase):
    """The clause as a handler that passes on all but the effects it accepts.

    It sees every effect, and tells them apart itself.
    """
    return partial(answer, clause, effects)


# Not within `accepting`: `do` reads the source of its function, for 0.2 ms each time.
@do(non_tail=True)
def answer(clause, effects, effect, k):
    """Answer as the clause says, or pass the effect on."""
    if isinstance(effect, effects):
        return (yield from clause(effect, k))
    yield Pass(effect, k)
