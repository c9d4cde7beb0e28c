"""install_handler: a handler that is installed for one short program, over and over.

Handlers often enclose little: a transaction, a scope, a call with another environment. It shows
what installing one and leaving its scope cost, beside the call of the program in it.
"""

from effects import Pure, Resume, WithHandler, do

OPERATION = "installation"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)


def operations(size):
    """One installation for each number."""
    return size


def answer(effect, k):
    """Must not be called: nothing is performed."""
    return (yield Resume(k, -1))


@do
def leaf(number):
    """Add one; only a negative number, which there is none of, would be waited for."""
    if number < 0:
        number = yield Pure(0)
    return number + 1


@do
def body(size):
    """Sum the results of the programs under their handlers."""
    total = 0
    for number in range(size):
        total += yield WithHandler(answer, leaf(number))
    return total


def handlers():
    """The body installs them."""
    return []


def plain_leaf(number):
    """The leaf as a plain function."""
    if number < 0:
        number = 0
    return number + 1


def plain(size):
    """Call functions, which need no handlers."""
    total = 0
    for number in range(size):
        total += plain_leaf(number)
    return total


def expected(size):
    """The sum of the numbers up to size."""
    return size * (size + 1) // 2
