"""install_handler in a loop: one for each short program, within the outer one."""

from functools import partial

from effects import answered, finished
from install_handler import leaf


def answer(effect):
    """Must not be called."""
    return -1


def installing(size):
    """Give the result of the last program under a handler."""
    for number in range(size):
        result = answered(leaf(number), answer)
    return result
    yield  # What makes it a generator function.


def loop(size):
    """Run it."""
    return finished(installing(size))


def body(size):
    """The loop."""
    return partial(loop, size)
