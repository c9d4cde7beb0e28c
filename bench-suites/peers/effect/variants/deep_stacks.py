"""deep_stacks as effect has it: a performer answers by what it returns."""

from deep_stacks import REPLY, Ask, below, loop
from effect import Effect, TypeDispatcher, sync_performer

ASK = Effect(Ask())


@sync_performer
def answer(dispatcher, intent):
    """Answer."""
    return REPLY


@sync_performer
def answer_wrongly(dispatcher, intent):
    """Must not be called."""
    return -1


def body(size, kind, depth):
    """The loop, where the stack is to be as deep."""
    return below(depth, loop(size)) if kind == "frames_captured" else loop(size)


def handlers(kind, depth):
    """The dispatcher that is asked first, and those outside."""
    outside = depth if kind == "handlers_outside" else 0
    return [TypeDispatcher({Ask: answer}), *[TypeDispatcher({Ask: answer_wrongly})] * outside]
