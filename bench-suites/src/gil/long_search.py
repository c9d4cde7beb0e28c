"""long_search: an effect that is answered beyond 100,000 typed handlers.

None of them accepts it, so the machine steps over all of them without calling Python: the longest
stretch without bytecode that a program is likely to ask for.
"""

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (1,)
QUICK_SIZES = (1,)
PARAMS = ({},)

PASSED = 100_000
REPLY = 3


class Ask(EffectBase):
    """Answered with REPLY by the outermost handler."""

    __slots__ = ()


class Other(EffectBase):
    """What the inner handlers accept; never performed."""

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
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


def answer_wrongly(effect, k):
    """Must not be called."""
    return (yield Resume(k, -1))


def handlers():
    """The handlers, innermost first."""
    return [*[(answer_wrongly, Other)] * PASSED, (answer, Ask)]


def plain(size):
    """Add instead of performing an effect."""
    return sum([REPLY] * size)


def expected(size):
    """Every reply is REPLY."""
    return REPLY * size
