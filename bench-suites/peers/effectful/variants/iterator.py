"""iterator as effectful has it: an operation with an argument, and an interpretation that sums."""

from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop


@defop
def emit(number: int) -> None:
    """Says a number."""
    raise NotImplementedError


def numbers(size):
    """Emit them."""
    for number in range(size):
        emit(number)


def loop(size):
    """Sum what is emitted."""
    total = 0

    def add(number):
        nonlocal total
        total += number

    with handler({emit: add}):
        numbers(size)
    return total


def body(size):
    """The sum."""
    return partial(loop, size)
