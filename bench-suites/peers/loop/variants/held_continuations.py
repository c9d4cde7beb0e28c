"""held_continuations in a loop: a generator that waits is its own continuation."""

from functools import partial

from held_continuations import plain


def body(size):
    """The loops over all generators, as the workload has them without effects."""
    return partial(plain, size)
