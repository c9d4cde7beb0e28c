"""parsing_dollars in a loop: it feeds the parser, sums, and stops."""

from functools import partial

from parsing_dollars import Emit, Read, character, parse


def loop(size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0
    send = parse().send
    reply = None
    while True:
        effect = send(reply)
        kind = type(effect)
        if kind is Read:
            if position == size:
                return total
            position += 1
            reply = character(position - 1)
        elif kind is Emit:
            total += effect.dollars
            reply = None
        else:
            return total


def body(size):
    """The loop."""
    return partial(loop, size)
