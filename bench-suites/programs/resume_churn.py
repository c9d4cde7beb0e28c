"""resume_churn: one generator handler that answers a loop of effects, each by a tail resume.

The commonest use of effects, and the plainest: the body performs the same effect over and over
under a single handler. It shows the whole price of one effect (dispatch, capture, handler call,
resume), and whether anything grows with the number of effects already performed.
"""

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (100, 1_000, 2_000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (100, 1_000, 2_000, 100_000)
PARAMS = ({},)

REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY."""

    __slots__ = ()


ASK = Ask()


def max_size(engine):
    """A million effects take a machine in Python too long."""
    return 100_000 if engine in ("cesk", "pure") else None


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
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


def handlers():
    """One handler, of every effect."""
    return [(answer, None)]


def reply(effect):
    """What the handler's clause computes."""
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
