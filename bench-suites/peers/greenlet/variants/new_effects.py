"""new_effects as greenlet has it: a switch to the parent, and one back."""

from functools import partial

from greenlet import getcurrent
from new_effects import Double, Negate


def loop(size):
    """Sum the replies; half of the effects are of each type."""
    perform = getcurrent().parent.switch
    total = 0
    for number in range(0, size, 2):
        total += perform(Double(number))
        total += perform(Negate(number))
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer(effect):
    """Answer."""
    if type(effect) is Double:
        return 2 * effect.number
    return -effect.number


def handlers():
    """One function, for every effect."""
    return [answer]
