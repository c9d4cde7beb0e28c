"""new_effects as effect has it: a performer for each type of intent."""

from effect import Effect, TypeDispatcher, sync_performer
from effects import do
from new_effects import Double, Negate


@do
def body(size):
    """Sum the replies; half of the intents are of each type."""
    total = 0
    for number in range(0, size, 2):
        total += yield Effect(Double(number))
        total += yield Effect(Negate(number))
    return total


@sync_performer
def double(dispatcher, intent):
    """Answer."""
    return 2 * intent.number


@sync_performer
def negate(dispatcher, intent):
    """Answer."""
    return -intent.number


def handlers():
    """Both performers."""
    return [TypeDispatcher({Double: double, Negate: negate})]
