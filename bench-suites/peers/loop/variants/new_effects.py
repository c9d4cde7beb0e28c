"""new_effects in a loop: each effect is answered by a call of a function."""

from functools import partial

from new_effects import body as program
from new_effects import reply


def body(size):
    """The program, new for each run."""
    return partial(program, size)


def handlers():
    """One function, for every effect."""
    return [reply]
