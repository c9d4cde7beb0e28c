"""deep_stacks in a loop: callers wait in a list, other loops enclose the innermost."""

import sys
from functools import partial

from deep_stacks import REPLY, below
from deep_stacks import loop as program
from effects import answered, trampoline

# Loops that enclose each other are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(20_000, sys.getrecursionlimit()))


def answer(effect):
    """Answer."""
    return REPLY


def answer_wrongly(effect):
    """Must not be called."""
    return -1


def enclosed(size):
    """The program in a loop, as a program without effects."""
    return answered(program(size), answer)
    yield  # What makes it a generator function.


def outside(depth, size):
    """The loop within as many others, of which none has anything to answer."""
    if depth == 0:
        return answered(program(size), answer)
    return answered(within(depth - 1, size), answer_wrongly)


def within(depth, size):
    """What the next loop runs over."""
    return outside(depth, size)
    yield  # What makes it a generator function.


def loop(size, kind, depth):
    """Run it where the stack is to be as deep."""
    if kind == "call_depth":
        return trampoline(below(depth, enclosed(size)), answer_wrongly)
    if kind == "frames_captured":
        return trampoline(below(depth, program(size)), answer)
    return outside(depth, size)


def body(size, kind, depth):
    """The loop."""
    return partial(loop, size, kind, depth)


def handlers(kind, depth):
    """The loop has them."""
    return []
