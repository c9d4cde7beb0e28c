"""iterator as asyncio has it: an asynchronous generator, and a loop that sums.

Nothing is performed, so no effect objects are made.
"""

from functools import partial


async def numbers(size):
    """Give them."""
    for number in range(size):
        yield number


async def loop(size):
    """Sum what is given."""
    total = 0
    async for number in numbers(size):
        total += number
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
