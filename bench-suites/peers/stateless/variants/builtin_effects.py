"""builtin_effects as stateless has it: `need` asks for an instance of a type."""

from functools import partial

import stateless
from builtin_effects import REPLY
from stateless import need, supply


def ask(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield from need(int)
    return total


def handlers(effect):
    """Each run makes its own."""
    return []


def drive(_, size, effect):
    """Run the loop under a new handler."""
    return stateless.run(supply(REPLY)(partial(ask, size))())
