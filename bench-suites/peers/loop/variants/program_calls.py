"""program_calls in a loop: by `yield from`."""

from functools import partial

from effects import finished
from program_calls import leaf


def calls(size):
    """Give the result of the last call."""
    for number in range(size):
        result = yield from leaf(number)
    return result


def loop(size):
    """Run it."""
    return finished(calls(size))


def body(size):
    """The loop."""
    return partial(loop, size)
