"""fibonacci_recursive: Fibonacci numbers by their definition, each call a program.

The program of the effect-handlers community's benchmark suite that uses no effect: it shows what a
call costs where a program does little else. Unlike generator_stepping it recurses, and a caller
goes on with what each of its two calls gives. The size bounds the number of calls, which grows
exponentially with the index.
"""

from effects import do

OPERATION = "program call"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)


def max_size(engine):
    """More calls take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def largest(size):
    """The largest index that takes so many calls at most, and how many it takes."""
    index, calls, following = 0, 1, 1
    while following <= size:
        index, calls, following = index + 1, following, calls + following + 1
    return index, calls


def operations(size):
    """The calls, that of the whole included."""
    return largest(size)[1]


@do
def fibonacci(index):
    """The sum of the two numbers before it."""
    if index < 2:  # noqa: PLR2004 - by definition
        return index
    return (yield fibonacci(index - 1)) + (yield fibonacci(index - 2))


def body(size):
    """The number at the largest index."""
    return fibonacci(largest(size)[0])


def handlers():
    """None is needed."""
    return []


def plain_fibonacci(index):
    """As a function that calls itself."""
    if index < 2:  # noqa: PLR2004 - by definition
        return index
    return plain_fibonacci(index - 1) + plain_fibonacci(index - 2)


def plain(size):
    """Call functions instead of programs."""
    return plain_fibonacci(largest(size)[0])


def expected(size):
    """By adding them up from the first two."""
    number, following = 0, 1
    for _ in range(largest(size)[0]):
        number, following = following, number + following
    return number
