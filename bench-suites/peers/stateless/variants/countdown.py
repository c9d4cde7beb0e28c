"""countdown as stateless has it: a handler answers by what it returns."""

from functools import partial

from countdown import GET, Get, Put
from stateless import Ability, handle


def loop(size):
    """Count the steps from the number down to zero."""
    yield from Put(size)
    steps = 0
    while (number := (yield from GET)) > 0:
        yield from Put(number - 1)
        steps += 1
    return steps


def body(size):
    """The loop."""
    return partial(loop, size)


def state():
    """A new handler of both abilities."""
    number = 0

    def answer(ability: Ability) -> int | None:
        nonlocal number
        if type(ability) is Get:
            return number
        number = ability.number
        return None

    return handle(answer)


def handlers():
    """One handler; the body puts the first number."""
    return [state()]
