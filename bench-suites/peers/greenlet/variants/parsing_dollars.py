"""parsing_dollars as greenlet has it: one loop feeds the parser, sums, and stops.

None of the three handlers needs the place of its own that another greenlet would give it.
"""

from functools import partial

from greenlet import getcurrent, greenlet
from parsing_dollars import READ, STOP, Emit, Read, character


def parse():
    """Emit the number of dollars of each line."""
    perform = getcurrent().parent.switch
    dollars = 0
    while True:
        read = perform(READ)
        if read == "$":
            dollars += 1
        elif read == "\n":
            perform(Emit(dollars))
            dollars = 0
        else:
            perform(STOP)


def loop(size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0
    child = greenlet(parse)
    effect = child.switch()
    while True:
        if type(effect) is Read:
            if position == size:
                return total
            position += 1
            effect = child.switch(character(position - 1))
        elif type(effect) is Emit:
            total += effect.dollars
            effect = child.switch()
        else:
            return total


def body(size):
    """The sum."""
    return partial(loop, size)
