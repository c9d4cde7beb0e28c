"""program_calls: programs that call programs which have nothing to wait for.

A program often calls another that finds its answer without an effect (a cache hit, a default, a
check that holds) although it might have needed one, and so is a generator. It shows the whole price
of a call: the lazy program, its generator, one step of it, and the result.
"""

from effects import Pure, do

OPERATION = "program call"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)


def operations(size):
    """One call for each number."""
    return size


@do
def leaf(number):
    """Add one; only a negative number, which there is none of, would be waited for."""
    if number < 0:
        number = yield Pure(0)
    return number + 1


@do
def body(size):
    """Sum the results of the calls."""
    total = 0
    for number in range(size):
        total += yield leaf(number)
    return total


def handlers():
    """None is needed."""
    return []


def plain_leaf(number):
    """The leaf as a plain function."""
    if number < 0:
        number = 0
    return number + 1


def plain(size):
    """Call functions instead of programs."""
    total = 0
    for number in range(size):
        total += plain_leaf(number)
    return total


def expected(size):
    """The sum of the numbers up to size."""
    return size * (size + 1) // 2
