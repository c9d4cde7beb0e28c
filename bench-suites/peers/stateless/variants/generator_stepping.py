"""generator_stepping as stateless has it: by `yield from`, and `success` where there is a Pure."""

from functools import partial

from generator_stepping import LEAVES
from stateless import success


def leaf(number):
    """Yield once, and add one."""
    result = yield from success(number)
    return result + 1


def block(number):
    """Sum the results of nine leaves."""
    total = 0
    for index in range(LEAVES):
        total += yield from leaf(number + index)
    return total


def loop(size):
    """Sum the results of a tenth as many blocks."""
    total = 0
    for number in range(size // (LEAVES + 1)):
        total += yield from block(number)
    return total


def body(size):
    """The loop."""
    return partial(loop, size)
