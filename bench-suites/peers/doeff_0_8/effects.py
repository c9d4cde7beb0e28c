"""doeff 0.8 under the names that workloads import.

The names are doeff's own objects, and handlers are installed as its documentation does it. While a
run is timed, nothing of this file is called but `run_under`, where a workload runs its body under
new handlers, and `with_handler`, where its body makes new clauses: once each time.
"""

from functools import reduce
from operator import or_
from types import FunctionType

import doeff_core_effects.handlers as core
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
    handler,
    run,
    stacked_handlers,
)
from doeff_core_effects.handlers import reader, state
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


def writer():
    """doeff's writer keeps its log in a state that encloses it."""
    return stacked_handlers(state(), core.writer)


def install(handlers, program):
    """The program under handlers, innermost first, each with the effects it accepts or None."""
    for clause, effects in handlers:
        # `handler` gives back what is a handler already, such as the one that `state()` makes.
        enclose = handler(clause if effects is None else annotated(clause, effects))
        program = enclose(program)
    return program


def run_under(program, handlers):
    """Run the program under new handlers that doeff made, given innermost first."""
    for enclose in handlers:
        program = enclose(program)
    return run(program)


def with_handler(clause, program, effects=None):
    """The program under a clause that a body has just made, with the effects it accepts or None.

    Variants import this as `WithHandler`.
    """
    return WithHandler(accepting(clause, effects), program)


def accepting(clause, effects=None):
    """The clause as the node takes it, a program, with the effects it accepts or None."""
    return do(clause if effects is None else annotated(clause, effects))


def annotated(clause, effects):
    """The clause as if its first parameter were annotated with the effects' type or types.

    That is how doeff is told which effects a handler accepts. It is a function of its own, because
    a workload may install one clause for several types.
    """
    copy = FunctionType(
        clause.__code__,
        clause.__globals__,
        clause.__name__,
        clause.__defaults__,
        clause.__closure__,
    )
    types = effects if isinstance(effects, tuple) else (effects,)
    first = clause.__code__.co_varnames[0]
    copy.__annotations__ = {first: reduce(or_, types)}
    return copy
