"""exceptions as asyncio has it: through coroutines that await each other."""

from functools import partial

from exceptions import FRAMES, Failure


async def nested(frames):
    """Raise it in the innermost of so many coroutines."""
    if frames == 1:
        raise Failure
    await nested(frames - 1)


async def loop(size):
    """Count the exceptions that arrive."""
    caught = 0
    for _ in range(size):
        try:
            await nested(FRAMES)
        except Failure:
            caught += 1
    return caught


def body(size):
    """The loop."""
    return partial(loop, size)
