"""nested_once: n nested handlers with one effect under each.

A program that recurses under a handler of its own at every level, as interpreters and searches do.
Every effect is answered by the nearest handler, so that all n of them together cost O(n), however
deep they lie.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "level"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)

REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY."""

    __slots__ = ()


ASK = Ask()


def operations(size):
    """The size counts the handlers."""
    return size


def answer(effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


@do
def body(size):
    """Perform an effect, and install a handler for the level below."""
    total = yield ASK
    if size > 1:
        total += yield WithHandler(answer, body(size - 1))
    return total


def handlers():
    """That of the first level."""
    return [(answer, None)]


def reply(effect):
    """What the handler's clause computes."""
    return REPLY


def plain(size):
    """Call a function for each level, side by side: nested they would be too many for Python."""
    total = 0
    for _ in range(size):
        total += reply(ASK)
    return total


def expected(size):
    """Every reply is REPLY."""
    return REPLY * size
