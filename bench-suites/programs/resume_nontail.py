"""resume_nontail: one generator handler whose clauses all wait for the body to end.

The clause works on with what its Resume gives, so every effect leaves a clause waiting, and at the
end they finish in last-in first-out order. The stack grows by one clause with each effect: cost per
effect must stay the same, apart from what Python's garbage collector adds by looking through the
waiting generators, which the floor pays too.
"""

from effects import EffectBase, Resume, do

OPERATION = "effect"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
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
    """Answer, and add one to the result of the rest."""
    result = yield Resume(k, REPLY)
    return result + 1


def handlers():
    """One handler, of every effect."""
    return [(answer, None)]


def reply(effect):
    """What the clause computes before it resumes."""
    return REPLY


def add_one(result):
    """What the clause computes after it resumed."""
    return result + 1


def plain(size):
    """Call a function for each half of a clause, the second halves in last-in first-out order."""
    total = 0
    pending = []
    for _ in range(size):
        total += reply(ASK)
        pending.append(add_one)
    while pending:
        total = pending.pop()(total)
    return total


def expected(size):
    """Every effect adds its reply, and one when its clause ends."""
    return (REPLY + 1) * size
