"""product_early as effectful has it: an operation that is answered by an exception."""

from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop
from product_early import GIVEN_UP, LENGTH, NUMBERS, GivenUp


@defop
def give_up() -> int:
    """Never answered."""
    raise NotImplementedError


def product(index):
    """Multiply the numbers from the index on."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        return give_up()
    return number * product(index + 1)


def leave():
    """Leave the product."""
    raise GivenUp


GIVING_UP = {give_up: leave}


def attempt():
    """The product, or what it is given as that is given up."""
    try:
        with handler(GIVING_UP):
            return product(0)
    except GivenUp:
        return GIVEN_UP


def loop(size):
    """Sum the products."""
    total = 0
    for _ in range(size // LENGTH):
        total += attempt()
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
