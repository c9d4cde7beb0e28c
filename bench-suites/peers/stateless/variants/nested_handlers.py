"""nested_handlers as stateless has it: a handler's annotation says what it accepts."""

from functools import partial

from nested_handlers import ASK, OTHERS, REPLY, Ask
from stateless import handle


def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield from ASK
    return total


def body(size, depth, typed):
    """The loop."""
    return partial(loop, size)


def answer(ability: Ask) -> int:
    """Answer."""
    return REPLY


def handler_of(other):
    """A handler of another ability."""

    def answer_wrongly(ability: other) -> int:
        """Must not be called."""
        return -1

    return handle(answer_wrongly)


def handlers(depth, typed):
    """The handlers, innermost first."""
    return [*[handler_of(other) for other in OTHERS[: depth - 1]], handle(answer)]
