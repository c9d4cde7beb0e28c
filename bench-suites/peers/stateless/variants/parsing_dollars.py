"""parsing_dollars as stateless has it: handlers that answer, and an error that ends the parser.

A handler can only answer, so it is the parser that stops when it reads None.
"""

from functools import partial

from parsing_dollars import READ, Emit, Read, Stopped, character
from stateless import catch, handle, throw


def parse():
    """Emit the number of dollars of each line."""
    dollars = 0
    while True:
        read = yield from READ
        if read == "$":
            dollars += 1
        elif read == "\n":
            yield from Emit(dollars)
            dollars = 0
        else:
            yield from throw(Stopped())


def loop(size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0

    def feed(ability: Read) -> str | None:
        nonlocal position
        if position == size:
            return None
        position += 1
        return character(position - 1)

    def add(ability: Emit) -> None:
        nonlocal total
        total += ability.dollars

    yield from handle(add)(catch(Stopped)(handle(feed)(parse)))()
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
