"""product_early in a loop: by `yield from`; what gives up drops the generators."""

from functools import partial

from product_early import GIVE_UP, GIVEN_UP, LENGTH, NUMBERS


def product(index):
    """Multiply the numbers from the index on."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        return (yield GIVE_UP)
    return number * (yield from product(index + 1))


def attempt():
    """The product, or what it is given as that is given up."""
    program = product(0)
    try:
        next(program)
    except StopIteration as stop:
        return stop.value
    return GIVEN_UP


def loop(size):
    """Sum the products."""
    total = 0
    for _ in range(size // LENGTH):
        total += attempt()
    return total


def body(size):
    """The loop."""
    return partial(loop, size)
