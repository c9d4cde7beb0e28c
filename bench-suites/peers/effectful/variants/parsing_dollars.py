"""parsing_dollars as effectful has it: three operations; that which stops the parser raises."""

from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop
from parsing_dollars import Stopped, character


@defop
def read() -> str:
    """Answered with a character."""
    raise NotImplementedError


@defop
def emit(dollars: int) -> None:
    """Says how many dollars a line has."""
    raise NotImplementedError


@defop
def stop() -> str:
    """Never answered."""
    raise NotImplementedError


def parse():
    """Emit the number of dollars of each line."""
    dollars = 0
    while True:
        found = read()
        if found == "$":
            dollars += 1
        elif found == "\n":
            emit(dollars)
            dollars = 0
        else:
            stop()


def leave():
    """Leave the parser."""
    raise Stopped


def loop(size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0

    def feed():
        nonlocal position
        if position == size:
            return stop()
        position += 1
        return character(position - 1)

    def add(dollars):
        nonlocal total
        total += dollars

    try:
        with handler({read: feed, emit: add, stop: leave}):
            parse()
    except Stopped:
        return total


def body(size):
    """The sum."""
    return partial(loop, size)
