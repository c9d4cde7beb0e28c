"""runs as asyncio has it: a `Runner`, which keeps its event loop from one run to the next."""

from asyncio import Runner

from effects import Pure


async def body(number):
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = await Pure(0)
    return number


def drive(_, size):
    """Give the result of the last run."""
    with Runner() as runner:
        for number in range(size):
            result = runner.run(body(number))
    return result
