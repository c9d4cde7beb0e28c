"""resume_churn in a loop: each effect is answered by a call of a function."""

from functools import partial

from resume_churn import REPLY
from resume_churn import body as program


def body(size):
    """The program, new for each run."""
    return partial(program, size)


def answer(effect):
    """Answer."""
    return REPLY


def handlers():
    """One function."""
    return [answer]
