"""doeff 0.8 under the names that workloads import.

The names are doeff's own objects, and handlers are installed as its documentation does it: nothing
of this file runs while a run is timed.
"""

from functools import reduce
from operator import or_
from types import FunctionType

from doeff import (
    Ask,
    EffectBase,
    Get,
    Pass,
    Pure,
    Put,
    Resume,
    Tell,
    Transfer,
    do,
    handler,
    run,
)
from doeff_core_effects.handlers import reader, state

__all__ = [
    "Ask",
    "EffectBase",
    "Get",
    "Pass",
    "Pure",
    "Put",
    "Resume",
    "Tell",
    "Transfer",
    "do",
    "reader",
    "run",
    "state",
]


def prepare(body, handlers):
    """A function and its argument that run the body under handlers, given innermost first."""
    program = body
    for clause, effects in handlers:
        # `handler` gives back what is a handler already, such as the one that `state()` makes.
        install = handler(clause if effects is None else annotated(clause, effects))
        program = install(program)
    return run, program


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
