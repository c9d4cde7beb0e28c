"""deep_stacks as stateless has it: callers are generators, each in a `yield from`."""

import sys
from functools import partial

from deep_stacks import ASK, REPLY, Ask
from stateless import handle

# The deepest stack has more frames than Python allows unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield from ASK
    return total


def below(depth, program):
    """Call the program through so many frames."""
    if depth == 1:
        return (yield from program())
    return (yield from below(depth - 1, program))


def answer(ability: Ask) -> int:
    """Answer."""
    return REPLY


def answer_wrongly(ability: Ask) -> int:
    """Must not be called."""
    return -1


def body(size, kind, depth):
    """The loop, where the stack is to be as deep."""
    program = partial(loop, size)
    if kind == "call_depth":
        return partial(below, depth, handle(answer)(program))
    if kind == "frames_captured":
        return partial(below, depth, program)
    return program


def handlers(kind, depth):
    """The one that answers, unless the body installs it, and those outside."""
    if kind == "call_depth":
        return []
    outside = depth if kind == "handlers_outside" else 0
    return [handle(answer), *[handle(answer_wrongly)] * outside]
