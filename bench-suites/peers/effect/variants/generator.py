"""generator as effect has it: a performer keeps its box, and answers later."""

from effect import ComposedDispatcher, Effect, TypeDispatcher, base_dispatcher, perform
from effects import do
from generator import FACTOR, MODULUS, Give


@do
def traverse(node, size):
    """Give the nodes of the complete binary tree below this one, from left to right."""
    left = 2 * node + 1
    if left < size:
        yield traverse(left, size)
    yield Effect(Give(node))
    if left + 1 < size:
        yield traverse(left + 1, size)


def drive(_, size):
    """Fold the nodes."""
    given = None

    def give(dispatcher, intent, box):
        nonlocal given
        given = intent.node, box

    dispatcher = ComposedDispatcher([TypeDispatcher({Give: give}), base_dispatcher])
    total = 0
    perform(dispatcher, traverse(0, size))
    while given is not None:
        node, box = given
        given = None
        total = (total * FACTOR + node) % MODULUS
        box.succeed(None)
    return total
