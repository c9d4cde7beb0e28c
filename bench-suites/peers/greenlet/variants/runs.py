"""runs as greenlet has it: a greenlet that is over after one switch."""

from effects import perform
from greenlet import greenlet


def body(number):
    """Give the number; only a negative one, which there is none of, would be asked for."""
    if number < 0:
        number = perform(number)
    return number


def drive(_, size):
    """Give the result of the last run."""
    for number in range(size):
        result = greenlet(body).switch(number)
    return result


def handlers():
    """None is needed."""
    return []
