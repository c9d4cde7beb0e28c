"""install_handler as greenlet has it: a greenlet for each short program."""

from functools import partial

from effects import handled, perform


def answer(effect):
    """Must not be called."""
    return -1


def leaf(number):
    """Give the number; only a negative one, which there is none of, would be asked for."""
    if number < 0:
        number = perform(number)
    return number


def loop(size):
    """Give the result of the last program under a handler."""
    for number in range(size):
        result = handled(partial(leaf, number), answer)
    return result


def body(size):
    """The loop."""
    return partial(loop, size)
