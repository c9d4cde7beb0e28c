"""stateless under the names that workloads import.

An effect is a generator that yields abilities, so a run uses it up: a program is a function of no
arguments here, which gives a new one. A handler makes such a function of another.
"""

import stateless
from stateless import Ability

__all__ = ["EffectBase", "do", "install", "run"]

EffectBase = Ability

# Workloads import these too, and variants replace what would use them.
Ask = Get = Modify = Pass = Pure = Put = Resume = Tell = Transfer = None
TransferThrow = WithHandler = None
reader = state = writer = None


def do(function):
    """A generator function needs no decorator."""
    return function


def install(handlers, program):
    """The program under handlers, innermost first."""
    for handler in handlers:
        program = handler(program)
    return program


def run(program):
    """Run what the program gives."""
    return stateless.run(program())
