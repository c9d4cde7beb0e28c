"""order_book as doeff has it: the handler is made one beforehand, with what it accepts."""

from effects import WithHandler, accepting
from order_book import Reject, reject

reject = accepting(reject, Reject)


def rejecting(program):
    """The program, which gives None if it is rejected."""
    return WithHandler(reject, program)
