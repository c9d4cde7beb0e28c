"""nested_handlers as effectful has it: an interpretation answers its own operations.

A typed one is of another operation. An untyped one passes by `fwd`.
"""

from functools import partial

from effectful.ops.semantics import fwd
from effectful.ops.syntax import defop
from nested_handlers import DEPTHS, REPLY


@defop
def ask() -> int:
    """Answered with REPLY by the outermost interpretation."""
    raise NotImplementedError


# One operation for each inner interpretation; never performed.
OTHERS = [defop(int, name=f"other{index}") for index in range(max(DEPTHS))]


def loop(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += ask()
    return total


def body(size, depth, typed):
    """The loop."""
    return partial(loop, size)


def answer():
    """Answer."""
    return REPLY


def answer_wrongly():
    """Must not be called."""
    return -1


def pass_on():
    """Leave the answer to the next interpretation."""
    return fwd()


def handlers(depth, typed):
    """The interpretations, innermost first."""
    if typed:
        inner = [{other: answer_wrongly} for other in OTHERS[: depth - 1]]
    else:
        inner = [{ask: pass_on}] * (depth - 1)
    return [*inner, {ask: answer}]
