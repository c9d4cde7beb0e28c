"""fibonacci_recursive as stateless has it: by `yield from`."""

from functools import partial

from fibonacci_recursive import largest


def fibonacci(index):
    """The sum of the two numbers before it."""
    if index < 2:  # noqa: PLR2004 - by definition
        return index
    return (yield from fibonacci(index - 1)) + (yield from fibonacci(index - 2))


def body(size):
    """The number at the largest index."""
    return partial(fibonacci, largest(size)[0])
