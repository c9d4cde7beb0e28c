"""new_effects as stateless has it: a handler answers by what it returns."""

from functools import partial

from new_effects import Double, Negate
from stateless import Ability, handle


def loop(size):
    """Sum the replies; half of the abilities are of each type."""
    total = 0
    for number in range(0, size, 2):
        total += yield from Double(number)
        total += yield from Negate(number)
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer(ability: Ability) -> int:
    """Answer."""
    if type(ability) is Double:
        return 2 * ability.number
    return -ability.number


def handlers():
    """One handler, of every ability."""
    return [handle(answer)]
