"""resume_churn as effectful has it: an operation, answered by what a function returns."""

from functools import partial

from effectful.ops.syntax import defop
from resume_churn import REPLY


@defop
def ask() -> int:
    """Answered with REPLY."""
    raise NotImplementedError


def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += ask()
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer():
    """Answer."""
    return REPLY


def handlers():
    """One interpretation."""
    return [{ask: answer}]
