"""product_early: products of a hundred numbers, each given up at a zero.

From the effect-handlers community's benchmark suite. The recursion is a hundred programs deep when
it finds the zero, the last number, and an effect whose handler drops the continuation leaves them
all at once; none of them multiplies. It shows what abandoning costs, of which closing the waiting
generators is a part.
"""

from effects import EffectBase, WithHandler, do

OPERATION = "number"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)

LENGTH = 100
NUMBERS = (*range(1, LENGTH), 0)

# What a product is given as that was not multiplied: no product of these numbers is negative.
GIVEN_UP = -1


class GiveUp(EffectBase):
    """Never answered."""

    __slots__ = ()


GIVE_UP = GiveUp()


def max_size(engine):
    """More numbers take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """The numbers of all products."""
    return size // LENGTH * LENGTH


@do
def product(index):
    """Multiply the numbers from the index on."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        return (yield GIVE_UP)
    return number * (yield product(index + 1))


def give_up(effect, k):
    """Drop the continuation."""
    return GIVEN_UP
    yield  # What makes it a generator function.


@do
def body(size):
    """Sum the products."""
    total = 0
    for _ in range(size // LENGTH):
        total += yield WithHandler(give_up, product(0))
    return total


def handlers():
    """The body installs them."""
    return []


class GivenUp(Exception):
    """What leaves functions at once."""


def plain_product(index):
    """As functions that call each other."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        raise GivenUp
    return number * plain_product(index + 1)


def plain(size):
    """Leave by an exception."""
    total = 0
    for _ in range(size // LENGTH):
        try:
            total += plain_product(0)
        except GivenUp:
            total += GIVEN_UP
    return total


def expected(size):
    """Every product is given up."""
    return GIVEN_UP * (size // LENGTH)
