"""plain_handler as effect has it: a performer answers by what it returns."""

from effect import Effect, TypeDispatcher, sync_performer
from plain_handler import REPLY, Ask

ASK = Effect(Ask())


@sync_performer
def answer(dispatcher, intent):
    """Answer."""
    return REPLY


def handlers():
    """One performer."""
    return [TypeDispatcher({Ask: answer})]
