"""nested_once as effectful has it: `handler` is a context manager."""

import sys
from functools import partial

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop
from nested_once import REPLY

# The levels are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(100_000, sys.getrecursionlimit()))


@defop
def ask() -> int:
    """Answered with REPLY."""
    raise NotImplementedError


def answer():
    """Answer."""
    return REPLY


def level(size):
    """Perform an effect, and install a handler for the level below."""
    total = ask()
    if size > 1:
        with handler({ask: answer}):
            total += level(size - 1)
    return total


def body(size):
    """The first level."""
    return partial(level, size)


def handlers():
    """That of the first level."""
    return [{ask: answer}]
