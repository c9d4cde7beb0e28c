"""held_continuations as greenlet has it: greenlets that have switched to their parent and wait."""

from functools import partial

from greenlet import getcurrent, greenlet
from held_continuations import REPLY, WAIT


def task(number, perform):
    """Wait once."""
    reply = perform(WAIT)
    return number + reply


def start_and_resume(size):
    """Start all tasks, resume all, and sum their results."""
    perform = getcurrent().switch
    waiting = []
    for number in range(size):
        child = greenlet(task)
        child.switch(number, perform)
        waiting.append(child)
    total = 0
    for child in waiting:
        total += child.switch(REPLY)
    return total


def body(size):
    """The tasks."""
    return partial(start_and_resume, size)
