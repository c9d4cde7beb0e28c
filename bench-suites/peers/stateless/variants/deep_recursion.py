"""deep_recursion as stateless has it: callers are generators, each in a `yield from`."""

import sys
from functools import partial

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def level(size):
    """Add the number of the level to the sum of those below."""
    if size == 1:
        return 1
    below = yield from level(size - 1)
    return below + size


def body(size):
    """The first level."""
    return partial(level, size)
