"""generator as greenlet has it: a switch to the parent, and one back for the next."""

from functools import partial

from generator import FACTOR, MODULUS, Give
from greenlet import getcurrent, greenlet


def traverse(node, size, perform):
    """Give the nodes of the complete binary tree below this one, from left to right."""
    left = 2 * node + 1
    if left < size:
        traverse(left, size, perform)
    perform(Give(node))
    if left + 1 < size:
        traverse(left + 1, size, perform)


def fold(size):
    """Fold the nodes."""
    total = 0
    child = greenlet(traverse)
    given = child.switch(0, size, getcurrent().switch)
    while given is not None:
        total = (total * FACTOR + given.node) % MODULUS
        given = child.switch()
    return total


def body(size):
    """The fold."""
    return partial(fold, size)
