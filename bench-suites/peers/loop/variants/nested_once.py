"""nested_once in a loop: each level is a loop within that of the level above."""

import sys
from functools import partial

from effects import answered
from nested_once import ASK, REPLY

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(100_000, sys.getrecursionlimit()))


def answer(effect):
    """Answer."""
    return REPLY


def level(size):
    """Perform an effect, and run a loop over the level below."""
    total = yield ASK
    if size > 1:
        total += answered(level(size - 1), answer)
    return total


def body(size):
    """The first level."""
    return partial(level, size)


def handlers():
    """That of the first level."""
    return [answer]
