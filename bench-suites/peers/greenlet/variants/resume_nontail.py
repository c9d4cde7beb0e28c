"""resume_nontail as greenlet has it: what answers calls itself for the effects of the rest."""

import sys
from functools import partial

from greenlet import getcurrent, greenlet
from resume_nontail import ASK, REPLY

# Those that wait are frames, of which Python allows fewer unless it is asked.
sys.setrecursionlimit(max(1_000_000, sys.getrecursionlimit()))


def loop(size):
    """Sum the replies."""
    perform = getcurrent().parent.switch
    total = 0
    for _ in range(size):
        total += perform(ASK)
    return total


def answer(child, effect):
    """Answer, and add one to the result of the rest; the last one is the loop's own."""
    if child.dead:
        return effect
    result = answer(child, child.switch(REPLY))
    return result + 1


def enclosed(size):
    """The loop in a greenlet."""
    child = greenlet(loop)
    return answer(child, child.switch(size))


def body(size):
    """The loop, with what answers."""
    return partial(enclosed, size)


def handlers():
    """The body has it."""
    return []
