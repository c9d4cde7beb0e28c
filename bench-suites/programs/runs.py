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
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = yield Pure(0)
    return number


def handlers():
    """None is needed."""
    return []


def drive(run, size):
    """Give the result of the last run."""
    for number in range(size):
        result = run(body(number))
    return result


def plain_body(number):
    """The program as a plain function."""
    return number if number >= 0 else 0


def plain(size):
    """Call a function instead of running a program."""
    for number in range(size):
        result = plain_body(number)
    return result


def expected(size):
    """The last number."""
    return size - 1
