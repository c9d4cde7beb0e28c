"""runs: `run()` of a program that is over at once, many times.

Code that is no program calls `run` wherever it needs a program's result, so a machine must be cheap
to set up and to take down: this is all that happens here.
"""

from effects import Pure, do

OPERATION = "run"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
PARAMS = ({},)


def operations(size):
    """The size counts the runs."""
    return size


@do
def body(number):
    """Add one; only a negative number, which there is none of, would be waited for."""
    if number < 0:
        number = yield Pure(0)
    return number + 1


def handlers():
    """None is needed."""
    return []


def drive(run, size):
    """Sum the results of the runs."""
    total = 0
    for number in range(size):
        total += run(body(number))
    return total


def plain_body(number):
    """The program as a plain function."""
    if number < 0:
        number = 0
    return number + 1


def plain(size):
    """Call a function instead of running a program."""
    total = 0
    for number in range(size):
        total += plain_body(number)
    return total


def expected(size):
    """The sum of the numbers up to size."""
    return size * (size + 1) // 2
