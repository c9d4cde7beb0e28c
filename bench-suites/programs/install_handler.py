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
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = yield Pure(0)
    return number


@do
def body(size):
    """Give the result of the last program under a handler."""
    for number in range(size):
        result = yield WithHandler(answer, leaf(number))
    return result


def handlers():
    """The body installs them."""
    return []


def plain_leaf(number):
    """The leaf as a plain function."""
    return number if number >= 0 else 0


def plain(size):
    """Call functions, which need no handlers."""
    for number in range(size):
        result = plain_leaf(number)
    return result


def expected(size):
    """The last number."""
    return size - 1
