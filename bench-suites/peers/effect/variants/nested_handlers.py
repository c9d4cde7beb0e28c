"""nested_handlers as effect has it: dispatchers, which are asked in turn for a performer.

A typed one looks for it by the intent's type. An untyped one is a function, and passes by giving
none.
"""

from effect import Effect, TypeDispatcher, sync_performer
from nested_handlers import OTHERS, REPLY, Ask

ASK = Effect(Ask())


@sync_performer
def answer(dispatcher, intent):
    """Answer."""
    return REPLY


@sync_performer
def answer_wrongly(dispatcher, intent):
    """Must not be called."""
    return -1


def pass_on(intent):
    """Leave the answer to the next dispatcher."""
    return


def handlers(depth, typed):
    """The dispatchers, innermost first."""
    if typed:
        inner = [TypeDispatcher({other: answer_wrongly}) for other in OTHERS[: depth - 1]]
    else:
        inner = [pass_on] * (depth - 1)
    return [*inner, TypeDispatcher({Ask: answer})]
