"""countdown as greenlet has it: a switch to the parent, and one back."""

from functools import partial

from countdown import GET, Get, Put
from greenlet import getcurrent


def loop(size):
    """Count the steps from the number down to zero."""
    perform = getcurrent().parent.switch
    perform(Put(size))
    steps = 0
    while (number := perform(GET)) > 0:
        perform(Put(number - 1))
        steps += 1
    return steps


def body(size):
    """The loop."""
    return partial(loop, size)


def state():
    """A new function that answers both effects."""
    number = 0

    def answer(effect):
        nonlocal number
        if type(effect) is Get:
            return number
        number = effect.number
        return None

    return answer


def handlers():
    """One function; the body puts the first number."""
    return [state()]
