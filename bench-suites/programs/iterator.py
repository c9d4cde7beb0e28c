"""iterator: a program that emits numbers, and a handler that sums them.

From the effect-handlers community's benchmark suite: iteration turned around. What is done with a
number is the handler's business, and the sum lives in the scope that installs it. Each effect is a
new object that carries a number.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "number"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)


class Emit(EffectBase):
    """Answered with None."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def max_size(engine):
    """More numbers take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """One effect for each number."""
    return size


@do
def numbers(size):
    """Emit them."""
    for number in range(size):
        yield Emit(number)


@do
def body(size):
    """Sum what is emitted."""
    total = 0

    def add(effect, k):
        nonlocal total
        total += effect.number
        return (yield Resume(k, None))

    yield WithHandler(add, numbers(size))
    return total


def handlers():
    """The body installs it."""
    return []


def plain(size):
    """Call a function with each number."""
    total = 0

    def add(effect):
        nonlocal total
        total += effect.number

    for number in range(size):
        add(Emit(number))
    return total


def expected(size):
    """The sum of the numbers."""
    return size * (size - 1) // 2
