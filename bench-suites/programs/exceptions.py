"""exceptions: an exception that crosses ten programs and is caught, over and over.

Errors leave a program as they leave a function: through every caller up to the one that catches
them. A machine has to throw them into each waiting generator in turn, and keep what Python promises
about tracebacks and contexts on the way.
"""

from effects import do

OPERATION = "exception"
SIZES = (10, 100, 1_000)
QUICK_SIZES = (100,)
PARAMS = ({},)

FRAMES = 10


class Failure(Exception):
    """What is raised."""


def operations(size):
    """One exception for each step of the loop."""
    return size


@do
def nested(frames):
    """Raise it in the innermost of so many programs."""
    if frames == 1:
        raise Failure
    yield nested(frames - 1)


@do
def body(size):
    """Count the exceptions that arrive."""
    caught = 0
    for _ in range(size):
        try:
            yield nested(FRAMES)
        except Failure:
            caught += 1
    return caught


def handlers():
    """None is needed."""
    return []


def plain_nested(frames):
    """As functions that call each other."""
    if frames == 1:
        raise Failure
    plain_nested(frames - 1)


def plain(size):
    """Raise it through functions."""
    caught = 0
    for _ in range(size):
        try:
            plain_nested(FRAMES)
        except Failure:
            caught += 1
    return caught


def expected(size):
    """Each one arrives."""
    return size
