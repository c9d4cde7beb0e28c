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
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = yield Pure(0)
    return number


@do
def body(size):
    """Give the result of the last call."""
    for number in range(size):
        result = yield leaf(number)
    return result


def handlers():
    """None is needed."""
    return []


def plain_leaf(number):
    """The leaf as a plain function."""
    return number if number >= 0 else 0


def plain(size):
    """Call functions instead of programs."""
    for number in range(size):
        result = plain_leaf(number)
    return result


def expected(size):
    """The last number."""
    return size - 1
