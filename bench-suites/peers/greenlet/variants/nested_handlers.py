"""nested_handlers as greenlet has it: what does not answer performs the effect once more.

Each handler is in a greenlet of its own, the outermost in the main one. A typed one looks at the
effect's type first.
"""

from functools import partial

from effects import perform
from greenlet import getcurrent
from nested_handlers import ASK, OTHERS, REPLY


def loop(size):
    """Sum the replies."""
    ask = getcurrent().parent.switch
    total = 0
    for _ in range(size):
        total += ask(ASK)
    return total


def body(size, depth, typed):
    """The loop."""
    return partial(loop, size)


def answer(effect):
    """Answer."""
    return REPLY


def only(other):
    """What answers one type of effects, wrongly."""

    def answer_or_pass(effect):
        """Must not answer."""
        if isinstance(effect, other):
            return -1
        return perform(effect)

    return answer_or_pass


def handlers(depth, typed):
    """The functions, innermost first."""
    others = OTHERS[: depth - 1]
    inner = [only(other) if typed else perform for other in others]
    return [*inner, answer]
