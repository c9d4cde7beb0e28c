"""long_search: an effect that is answered far out, without any bytecode on the way.

Typed handlers that do not accept it are stepped over by the machine alone, all in one search.
Readers that lack its key are asked one by one, each by a native call: the machine makes a short
step for each.
"""

from effects import Ask, EffectBase, Resume, do, reader

OPERATION = "effect"
SIZES = (1,)
QUICK_SIZES = (1,)
PARAMS = ({"through": "typed"}, {"through": "readers"})

PASSED = {"typed": 100_000, "readers": 20_000}
REPLY = 3


class Question(EffectBase):
    """Answered with REPLY by the outermost handler."""

    __slots__ = ()


class Other(EffectBase):
    """What the inner handlers accept; never performed."""

    __slots__ = ()


QUESTIONS = {"typed": Question(), "readers": Ask("reply")}


def operations(size, through):
    """One effect for each step of the loop."""
    return size


@do
def body(size, through):
    """Sum the replies."""
    question = QUESTIONS[through]
    total = 0
    for _ in range(size):
        total += yield question
    return total


def answer(effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, REPLY))


def answer_wrongly(effect, k):
    """Must not be called."""
    return (yield Resume(k, -1))


def handlers(through):
    """The handlers, innermost first."""
    if through == "typed":
        inner, outermost = (answer_wrongly, Other), (answer, Question)
    else:
        inner, outermost = (reader({}), None), (reader({"reply": REPLY}), None)
    return [*[inner] * PASSED[through], outermost]


def plain(size, through):
    """Add instead of performing an effect."""
    return sum([REPLY] * size)


def expected(size, through):
    """Every reply is REPLY."""
    return REPLY * size
