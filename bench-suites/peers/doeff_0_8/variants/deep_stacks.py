"""deep_stacks as doeff has it: a handler is called to install it."""

from deep_stacks import answer, below, loop
from deep_stacks import body as neutral
from effects import handler


def body(size, kind, depth):
    """The loop, where the stack is to be as deep."""
    if kind == "call_depth":
        return below(depth, handler(answer)(loop(size)))
    return neutral(size, kind, depth)
