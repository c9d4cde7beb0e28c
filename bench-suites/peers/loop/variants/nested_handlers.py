"""nested_handlers in a loop: functions that are found by the effect's type, or asked in turn."""

from functools import partial

from nested_handlers import OTHERS, REPLY, Ask
from nested_handlers import body as program

PASS = object()


def answer(effect):
    """Answer."""
    return REPLY


def answer_wrongly(effect):
    """Must not be called."""
    return -1


def pass_on(effect):
    """Leave the answer to the next function."""
    return PASS


def find(program, answers):
    """The result of the program; a dict has the function of each type."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        reply = answers[type(effect)](effect)


def ask_in_turn(program, answers):
    """The result of the program; a list has the functions, innermost first."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        for answer in answers:
            reply = answer(effect)
            if reply is not PASS:
                break


def loop(size, depth, typed):
    """Run it."""
    if typed:
        answers = {**dict.fromkeys(OTHERS[: depth - 1], answer_wrongly), Ask: answer}
        return find(program(size, depth, typed), answers)
    answers = [*[pass_on] * (depth - 1), answer]
    return ask_in_turn(program(size, depth, typed), answers)


def body(size, depth, typed):
    """The loop."""
    return partial(loop, size, depth, typed)


def handlers(depth, typed):
    """The loop has them."""
    return []
