"""new_effects: one generator handler that answers a loop of new effect objects of two types.

As resume_churn, but as programs really are: an effect is a frozen dataclass, made anew each time it
is performed, and the next one is of another type. So what a machine remembers of the last effect's
type does not help it, and the effect is freed when it was answered.
"""

from dataclasses import dataclass

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)


@dataclass(frozen=True)
class Double(EffectBase):
    """Answered with twice the number."""

    number: int


@dataclass(frozen=True)
class Negate(EffectBase):
    """Answered with the number, negated."""

    number: int


def operations(size):
    """One effect for each number."""
    return size


@do
def body(size):
    """Sum the replies; half of the effects are of each type."""
    total = 0
    for number in range(0, size, 2):
        total += yield Double(number)
        total += yield Negate(number)
    return total


def answer(effect, k):
    """Answer by a tail resume."""
    if type(effect) is Double:
        return (yield Resume(k, 2 * effect.number))
    return (yield Resume(k, -effect.number))


def handlers():
    """One handler, of every effect."""
    return [(answer, None)]


def reply(effect):
    """What the handler's clause computes."""
    return 2 * effect.number if type(effect) is Double else -effect.number


def plain(size):
    """Call a function instead of performing an effect."""
    total = 0
    for number in range(0, size, 2):
        total += reply(Double(number))
        total += reply(Negate(number))
    return total


def expected(size):
    """Twice a number less the number is the number: the sum of the even ones."""
    pairs = size // 2
    return pairs * (pairs - 1)
