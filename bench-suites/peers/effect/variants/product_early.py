"""product_early as effect has it: a performer raises, where the intent was performed."""

from effect import Effect, TypeDispatcher, sync_performer
from effects import do
from product_early import GIVEN_UP, LENGTH, NUMBERS, GivenUp, GiveUp

GIVE_UP = Effect(GiveUp())


@do
def product(index):
    """Multiply the numbers from the index on."""
    if index == LENGTH:
        return 1
    number = NUMBERS[index]
    if number == 0:
        return (yield GIVE_UP)
    return number * (yield product(index + 1))


@do
def body(size):
    """Sum the products."""
    total = 0
    for _ in range(size // LENGTH):
        try:
            total += yield product(0)
        except GivenUp:
            total += GIVEN_UP
    return total


@sync_performer
def give_up(dispatcher, intent):
    """Leave the product."""
    raise GivenUp


def handlers():
    """One performer."""
    return [TypeDispatcher({GiveUp: give_up})]
