"""resume_churn as stateless has it: a handler answers by what it returns."""

from functools import partial

from resume_churn import ASK, REPLY, Ask
from stateless import handle


def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield from ASK
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer(ability: Ask) -> int:
    """Answer."""
    return REPLY


def handlers():
    """One handler."""
    return [handle(answer)]
