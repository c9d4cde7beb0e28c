"""deep_recursion in a loop that keeps those that wait in a list."""

from functools import partial

from effects import trampoline


def level(size):
    """Add the number of the level to the sum of those below."""
    if size == 1:
        return 1
    below = yield level(size - 1)
    return below + size


def loop(size):
    """Run it; nothing is performed."""
    return trampoline(level(size), None)


def body(size):
    """The loop."""
    return partial(loop, size)
