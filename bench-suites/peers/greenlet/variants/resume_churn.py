"""resume_churn as greenlet has it: a switch to the parent, and one back."""

from functools import partial

from greenlet import getcurrent
from resume_churn import ASK, REPLY


def loop(size):
    """Sum the replies."""
    perform = getcurrent().parent.switch
    total = 0
    for _ in range(size):
        total += perform(ASK)
    return total


def body(size):
    """The loop."""
    return partial(loop, size)


def answer(effect):
    """Answer."""
    return REPLY


def handlers():
    """One function."""
    return [answer]
