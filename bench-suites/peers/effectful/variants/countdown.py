"""countdown as effectful has it: two operations, answered by functions that share a variable."""

from functools import partial

from effectful.ops.syntax import defop


@defop
def get() -> int:
    """Answered with the number."""
    raise NotImplementedError


@defop
def put(number: int) -> None:
    """Replaces the number."""
    raise NotImplementedError


def loop(size):
    """Count the steps from the number down to zero."""
    put(size)
    steps = 0
    while (number := get()) > 0:
        put(number - 1)
        steps += 1
    return steps


def body(size):
    """The loop."""
    return partial(loop, size)


def state():
    """A new interpretation of both operations."""
    current = 0

    def answer_get():
        return current

    def answer_put(number):
        nonlocal current
        current = number

    return {get: answer_get, put: answer_put}


def handlers():
    """One interpretation; the body puts the first number."""
    return [state()]
