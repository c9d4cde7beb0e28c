"""deep_recursion as asyncio has it: through coroutines that await each other."""

import sys
from functools import partial

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


async def level(size):
    """Add the number of the level to the sum of those below."""
    if size == 1:
        return 1
    below = await level(size - 1)
    return below + size


def body(size):
    """The first level."""
    return partial(level, size)
