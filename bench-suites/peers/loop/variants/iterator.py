"""iterator in a loop: effects that need no answer are iterated over."""

from functools import partial

from iterator import numbers


def loop(size):
    """Sum what is emitted."""
    total = 0
    for effect in numbers(size):
        total += effect.number
    return total


def body(size):
    """The loop."""
    return partial(loop, size)
