"""install_handler as effectful has it: `handler` is a context manager."""

from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop


@defop
def ask() -> int:
    """Never performed."""
    raise NotImplementedError


def answer():
    """Must not be called."""
    return -1


def leaf(number):
    """Give the number; only a negative one, which there is none of, would be asked for."""
    if number < 0:
        number = ask()
    return number


def loop(size):
    """Give the result of the last program under a handler."""
    for number in range(size):
        with handler({ask: answer}):
            result = leaf(number)
    return result


def body(size):
    """The loop."""
    return partial(loop, size)
