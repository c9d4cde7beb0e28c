"""iterator as effect has it: a performer that sums."""

from effect import (
    ComposedDispatcher,
    Effect,
    TypeDispatcher,
    base_dispatcher,
    sync_perform,
    sync_performer,
)
from effects import do
from iterator import Emit


@do
def numbers(size):
    """Emit them."""
    for number in range(size):
        yield Effect(Emit(number))


def drive(_, size):
    """Sum what is emitted."""
    total = 0

    @sync_performer
    def add(dispatcher, intent):
        nonlocal total
        total += intent.number

    dispatcher = ComposedDispatcher([TypeDispatcher({Emit: add}), base_dispatcher])
    sync_perform(dispatcher, numbers(size))
    return total
