"""exceptions as stateless has it: an error is yielded up to the `catch`, which gives it back."""

from functools import partial

from exceptions import FRAMES, Failure
from stateless import catch, throw


def nested(frames):
    """Throw it in the innermost of so many effects."""
    if frames == 1:
        yield from throw(Failure())
    yield from nested(frames - 1)


attempt = catch(Failure)(nested)


def loop(size):
    """Count the exceptions that arrive."""
    caught = 0
    for _ in range(size):
        match (yield from attempt(FRAMES)):
            case Failure():
                caught += 1
    return caught


def body(size):
    """The loop."""
    return partial(loop, size)
