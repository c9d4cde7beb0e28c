"""deep_stacks as greenlet has it: callers are plain functions."""

import sys
from functools import partial

from deep_stacks import ASK, REPLY
from effects import handled
from greenlet import getcurrent

# The deepest stack has more frames than Python allows unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def loop(size):
    """Sum the replies."""
    perform = getcurrent().parent.switch
    total = 0
    for _ in range(size):
        total += perform(ASK)
    return total


def below(depth, program):
    """Call the program through so many frames."""
    if depth == 1:
        return program()
    return below(depth - 1, program)


def answer(effect):
    """Answer."""
    return REPLY


def answer_wrongly(effect):
    """Must not be called."""
    return -1


def body(size, kind, depth):
    """The loop, where the stack is to be as deep."""
    program = partial(loop, size)
    if kind == "call_depth":
        return partial(below, depth, partial(handled, program, answer))
    if kind == "frames_captured":
        return partial(below, depth, program)
    return program


def handlers(kind, depth):
    """The one that answers, unless the body installs it, and those outside."""
    if kind == "call_depth":
        return []
    outside = depth if kind == "handlers_outside" else 0
    return [answer, *[answer_wrongly] * outside]
