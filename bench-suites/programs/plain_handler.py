"""plain_handler: one handler that is a plain function and returns its Resume.

As resume_churn, but the handler is no generator function: it says at once how the effect is
answered, so that there is no clause to start, suspend and finish. It shows what the generator of a
clause costs, and that a machine does not make one where the program has none.
"""

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)

REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY."""

    __slots__ = ()


ASK = Ask()


def operations(size):
    """One effect for each step of the loop."""
    return size


@do
def body(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield ASK
    return total


def answer(effect, k):
    """Answer."""
    return Resume(k, REPLY)


def handlers():
    """One handler, of every effect."""
    return [(answer, None)]


def reply(effect):
    """What the handler computes."""
    return REPLY


def plain(size):
    """Call a function instead of performing an effect."""
    total = 0
    for _ in range(size):
        total += reply(ASK)
    return total


def expected(size):
    """Every reply is REPLY."""
    return REPLY * size
