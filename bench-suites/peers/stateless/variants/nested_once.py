"""nested_once as stateless has it: a function under a handler, which each call installs."""

import sys
from functools import partial

from nested_once import ASK, REPLY, Ask
from stateless import handle

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(100_000, sys.getrecursionlimit()))


def answer(ability: Ask) -> int:
    """Answer."""
    return REPLY


@handle(answer)
def level(size):
    """Perform an effect, and install a handler for the level below."""
    total = yield from ASK
    if size > 1:
        total += yield from level(size - 1)
    return total


def body(size):
    """The first level."""
    return partial(level, size)


def handlers():
    """Each level has its own."""
    return []
