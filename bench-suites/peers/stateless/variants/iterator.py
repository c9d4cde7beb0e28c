"""iterator as stateless has it: a handler that sums what it is asked to answer."""

from functools import partial

from iterator import Emit
from stateless import handle


def numbers(size):
    """Emit them."""
    for number in range(size):
        yield from Emit(number)


def loop(size):
    """Sum what is emitted."""
    total = 0

    def add(ability: Emit) -> None:
        nonlocal total
        total += ability.number

    yield from handle(add)(numbers)(size)
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
