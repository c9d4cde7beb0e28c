"""held_continuations as effect has it: a performer keeps its boxes, and answers later."""

from effect import ComposedDispatcher, Effect, TypeDispatcher, base_dispatcher, perform
from effects import do
from held_continuations import REPLY, Wait

WAIT = Effect(Wait())


@do
def task(number):
    """Wait once."""
    reply = yield WAIT
    return number + reply


def drive(_, size):
    """Start all tasks, resume all, and sum their results."""
    waiting = []
    total = 0

    def hold(dispatcher, intent, box):
        waiting.append(box)

    def add(result):
        nonlocal total
        total += result

    dispatcher = ComposedDispatcher([TypeDispatcher({Wait: hold}), base_dispatcher])
    for number in range(size):
        perform(dispatcher, task(number).on(add))
    for box in waiting:
        box.succeed(REPLY)
    return total
