"""fibonacci_recursive as asyncio has it: by `await`."""

from functools import partial

from fibonacci_recursive import largest


async def fibonacci(index):
    """The sum of the two numbers before it."""
    if index < 2:  # noqa: PLR2004 - by definition
        return index
    return (await fibonacci(index - 1)) + (await fibonacci(index - 2))


def body(size):
    """The number at the largest index."""
    return partial(fibonacci, largest(size)[0])
