"""countdown: a state effect that the program defines itself, counted down to zero.

The first program of the effect-handlers community's benchmark suite: a loop of one Get and one Put.
Unlike the built-in state of builtin_effects, effects and handler are Python's here, so that each
step makes a continuation and calls a clause twice; the handler keeps the number in a variable of
its own.
"""

from effects import EffectBase, Resume, do

OPERATION = "step"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)


class Get(EffectBase):
    """Answered with the number."""

    __slots__ = ()


class Put(EffectBase):
    """Answered with None; replaces the number."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


GET = Get()


def max_size(engine):
    """More steps take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """One Get and one Put for each step."""
    return size


@do
def body(size):
    """Count the steps from the number down to zero."""
    yield Put(size)
    steps = 0
    while (number := (yield GET)) > 0:
        yield Put(number - 1)
        steps += 1
    return steps


def state():
    """A new handler of both effects."""
    number = 0

    def answer(effect, k):
        nonlocal number
        if type(effect) is Get:
            return (yield Resume(k, number))
        number = effect.number
        return (yield Resume(k, None))

    return answer


def handlers():
    """One handler; the body puts the first number."""
    return [(state(), None)]


def plain(size):
    """Call two functions that share a variable."""
    number = 0

    def get():
        return number

    def put(effect):
        nonlocal number
        number = effect.number

    put(Put(size))
    steps = 0
    while (current := get()) > 0:
        put(Put(current - 1))
        steps += 1
    return steps


def expected(size):
    """There is a step for each number."""
    return size
