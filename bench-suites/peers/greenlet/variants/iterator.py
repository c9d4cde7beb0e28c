"""iterator as greenlet has it: a switch to the parent, which sums."""

from functools import partial

from effects import handled
from greenlet import getcurrent
from iterator import Emit


def numbers(size):
    """Emit them."""
    perform = getcurrent().parent.switch
    for number in range(size):
        perform(Emit(number))


def loop(size):
    """Sum what is emitted."""
    total = 0

    def add(effect):
        nonlocal total
        total += effect.number

    handled(partial(numbers, size), add)
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
