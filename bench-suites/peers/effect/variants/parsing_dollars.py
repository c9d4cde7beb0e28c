"""parsing_dollars as effect has it: a performer for each intent; to stop is to raise."""

from effect import (
    ComposedDispatcher,
    Effect,
    TypeDispatcher,
    base_dispatcher,
    sync_perform,
    sync_performer,
)
from effects import do
from parsing_dollars import Emit, Read, Stop, Stopped, character

READ = Effect(Read())
STOP = Effect(Stop())


@do
def parse():
    """Emit the number of dollars of each line."""
    dollars = 0
    while True:
        read = yield READ
        if read == "$":
            dollars += 1
        elif read == "\n":
            yield Effect(Emit(dollars))
            dollars = 0
        else:
            yield STOP


@sync_performer
def stop(dispatcher, intent):
    """Leave the parser."""
    raise Stopped


def drive(_, size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0

    @sync_performer
    def feed(dispatcher, intent):
        nonlocal position
        if position == size:
            return STOP
        position += 1
        return character(position - 1)

    @sync_performer
    def add(dispatcher, intent):
        nonlocal total
        total += intent.dollars

    performers = TypeDispatcher({Read: feed, Emit: add, Stop: stop})
    try:
        sync_perform(ComposedDispatcher([performers, base_dispatcher]), parse())
    except Stopped:
        return total
