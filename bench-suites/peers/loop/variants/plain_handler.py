"""plain_handler in a loop: each effect is answered by a call of a function."""

from functools import partial

from plain_handler import REPLY
from plain_handler import body as program


def body(size):
    """The program, new for each run."""
    return partial(program, size)


def answer(effect):
    """Answer."""
    return REPLY


def handlers():
    """One function."""
    return [answer]
