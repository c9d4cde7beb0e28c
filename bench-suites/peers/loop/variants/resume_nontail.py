"""resume_nontail in a loop that keeps the clauses which wait, themselves generators, in a list."""

from functools import partial

from resume_nontail import REPLY
from resume_nontail import body as program


def answer(effect):
    """Answer, and add one to the result of the rest."""
    result = yield REPLY
    return result + 1


def loop(size):
    """The result of the program, as the last clause to end changes it."""
    send = program(size).send
    waiting = []
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            result = stop.value
            break
        clause = answer(effect)
        reply = next(clause)
        waiting.append(clause)
    while waiting:
        try:
            waiting.pop().send(result)
        except StopIteration as stop:
            result = stop.value
    return result


def body(size):
    """The loop."""
    return partial(loop, size)


def handlers():
    """The loop has it."""
    return []
