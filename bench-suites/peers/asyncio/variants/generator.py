"""generator as asyncio has it: asynchronous generators, which hand on what others give.

Nothing is performed, so no effect objects are made.
"""

from functools import partial

from generator import FACTOR, MODULUS


async def traverse(node, size):
    """Give the nodes of the complete binary tree below this one, from left to right."""
    left = 2 * node + 1
    if left < size:
        async for below in traverse(left, size):
            yield below
    yield node
    if left + 1 < size:
        async for below in traverse(left + 1, size):
            yield below


async def fold(size):
    """Fold the nodes."""
    total = 0
    async for node in traverse(0, size):
        total = (total * FACTOR + node) % MODULUS
    return total


def body(size):
    """The fold."""
    return partial(fold, size)
