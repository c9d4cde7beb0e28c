"""generator_stepping in a loop: by `yield from`, and each Pure is given back."""

from functools import partial

from effects import Pure, finished
from generator_stepping import LEAVES


def leaf(number):
    """Yield once, and add one."""
    result = yield Pure(number)
    return result + 1


def block(number):
    """Sum the results of nine leaves."""
    total = 0
    for index in range(LEAVES):
        total += yield from leaf(number + index)
    return total


def blocks(size):
    """Sum the results of a tenth as many blocks."""
    total = 0
    for number in range(size // (LEAVES + 1)):
        total += yield from block(number)
    return total


def loop(size):
    """Run it."""
    return finished(blocks(size))


def body(size):
    """The loop."""
    return partial(loop, size)
