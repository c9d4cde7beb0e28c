"""new_effects as effectful has it: two operations with an argument, of which no object is made."""

from functools import partial

from effectful.ops.syntax import defop


@defop
def double(number: int) -> int:
    """Answered with twice the number."""
    raise NotImplementedError


@defop
def negate(number: int) -> int:
    """Answered with the number, negated."""
    raise NotImplementedError


def loop(size):
    """Sum the replies; half of the effects are of each operation."""
    total = 0
    for number in range(0, size, 2):
        total += double(number)
        total += negate(number)
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer_double(number):
    """Answer."""
    return 2 * number


def answer_negate(number):
    """Answer."""
    return -number


def handlers():
    """One interpretation, of both operations."""
    return [{double: answer_double, negate: answer_negate}]
