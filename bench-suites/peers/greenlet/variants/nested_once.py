"""nested_once as greenlet has it: each level is a greenlet in that of the level above."""

import sys
from functools import partial

from effects import handled, perform
from nested_once import ASK, REPLY

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def answer(effect):
    """Answer."""
    return REPLY


def level(size):
    """Perform an effect, and install a handler for the level below."""
    total = perform(ASK)
    if size > 1:
        total += handled(partial(level, size - 1), answer)
    return total


def body(size):
    """The first level."""
    return partial(level, size)


def handlers():
    """That of the first level."""
    return [answer]
