"""fibonacci_recursive in a loop: by `yield from`."""

from functools import partial

from effects import finished
from fibonacci_recursive import largest


def fibonacci(index):
    """The sum of the two numbers before it."""
    if index < 2:  # noqa: PLR2004 - by definition
        return index
    return (yield from fibonacci(index - 1)) + (yield from fibonacci(index - 2))


def loop(size):
    """Run it."""
    return finished(fibonacci(largest(size)[0]))


def body(size):
    """The loop."""
    return partial(loop, size)
