"""product_early as greenlet has it: the parent drops the greenlet, which unwinds it."""

from functools import partial

from effects import perform
from greenlet import greenlet
from product_early import GIVE_UP, GIVEN_UP, LENGTH, NUMBERS


def product(index):
    """Multiply the numbers from the index on."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        return perform(GIVE_UP)
    return number * product(index + 1)


def attempt():
    """The product, or what it is given as that is given up."""
    child = greenlet(product)
    result = child.switch(0)
    return result if child.dead else GIVEN_UP


def loop(size):
    """Sum the products."""
    total = 0
    for _ in range(size // LENGTH):
        total += attempt()
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
