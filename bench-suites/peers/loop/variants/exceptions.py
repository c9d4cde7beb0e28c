"""exceptions in a loop: through generators in a `yield from`."""

from functools import partial

from effects import finished
from exceptions import FRAMES, Failure


def nested(frames):
    """Raise it in the innermost of so many generators."""
    if frames == 1:
        raise Failure
    yield from nested(frames - 1)


def catching(size):
    """Count the exceptions that arrive."""
    caught = 0
    for _ in range(size):
        try:
            yield from nested(FRAMES)
        except Failure:
            caught += 1
    return caught


def loop(size):
    """Run it."""
    return finished(catching(size))


def body(size):
    """The loop."""
    return partial(loop, size)
