"""program_calls as asyncio has it: by `await`."""

from functools import partial

from effects import Pure


async def leaf(number):
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = await Pure(0)
    return number


async def loop(size):
    """Give the result of the last call."""
    for number in range(size):
        result = await leaf(number)
    return result


def body(size):
    """The loop."""
    return partial(loop, size)
