"""generator: the traversal of a tree made a generator by an effect handler.

From the effect-handlers community's benchmark suite. The traversal recurses and performs an effect
at each node; the handler's clause gives the node and the continuation to whoever asked for it, and
ends. So a continuation outlives its clause, holds as many frames as the node lies deep, and is
resumed from outside.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "node"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)

# The numbers are folded in their order, so that another order gives another answer.
FACTOR, MODULUS = 3, 1_000_003


class Give(EffectBase):
    """Answered with None, when the next node is asked for."""

    __slots__ = ("node",)

    def __init__(self, node):
        self.node = node


def max_size(engine):
    """More nodes take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """The size counts the nodes."""
    return size


@do
def traverse(node, size):
    """Give the nodes of the complete binary tree below this one, from left to right.

    The children of a node are numbered as in a binary heap.
    """
    left = 2 * node + 1
    if left < size:
        yield traverse(left, size)
    yield Give(node)
    if left + 1 < size:
        yield traverse(left + 1, size)


def give(effect, k):
    """Give the node, and what continues after it."""
    return effect.node, k
    yield  # What makes it a generator function.


@do
def body(size):
    """Fold the nodes."""
    total = 0
    given = yield WithHandler(give, traverse(0, size))
    while given is not None:
        node, k = given
        total = (total * FACTOR + node) % MODULUS
        given = yield Resume(k, None)
    return total


def handlers():
    """The body installs it."""
    return []


def plain_traverse(node, size):
    """As generators of Python."""
    left = 2 * node + 1
    if left < size:
        yield from plain_traverse(left, size)
    yield node
    if left + 1 < size:
        yield from plain_traverse(left + 1, size)


def plain(size):
    """Iterate over a generator."""
    total = 0
    for node in plain_traverse(0, size):
        total = (total * FACTOR + node) % MODULUS
    return total


def expected(size):
    """By the rule for the next node from left to right."""
    node, total = 0, 0
    while 2 * node + 1 < size:
        node = 2 * node + 1
    for _ in range(size):
        total = (total * FACTOR + node) % MODULUS
        if 2 * node + 2 < size:
            node = 2 * node + 2
            while 2 * node + 1 < size:
                node = 2 * node + 1
        else:
            while node > 0 and node % 2 == 0:
                node = (node - 1) // 2
            node = (node - 1) // 2
    return total
