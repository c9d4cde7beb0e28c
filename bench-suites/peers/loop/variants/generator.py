"""generator in a loop: by `yield from`; effects that need no answer are iterated over."""

from functools import partial

from generator import FACTOR, MODULUS, Give


def traverse(node, size):
    """Give the nodes of the complete binary tree below this one, from left to right."""
    left = 2 * node + 1
    if left < size:
        yield from traverse(left, size)
    yield Give(node)
    if left + 1 < size:
        yield from traverse(left + 1, size)


def loop(size):
    """Fold the nodes."""
    total = 0
    for effect in traverse(0, size):
        total = (total * FACTOR + effect.node) % MODULUS
    return total


def body(size):
    """The loop."""
    return partial(loop, size)
