"""generator_stepping as asyncio has it: by `await`."""

from functools import partial

from effects import Pure
from generator_stepping import LEAVES


async def leaf(number):
    """Await once, and add one."""
    result = await Pure(number)
    return result + 1


async def block(number):
    """Sum the results of nine leaves."""
    total = 0
    for index in range(LEAVES):
        total += await leaf(number + index)
    return total


async def loop(size):
    """Sum the results of a tenth as many blocks."""
    total = 0
    for number in range(size // (LEAVES + 1)):
        total += await block(number)
    return total


def body(size):
    """The loop."""
    return partial(loop, size)
