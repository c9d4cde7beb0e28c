"""order_book as doeff has it: the handler is a program, annotated with what it accepts."""

from effects import WithHandler, annotated, do
from order_book import Reject, reject

reject = do(annotated(reject, Reject))


def rejecting(program):
    """The program, which gives None if it is rejected."""
    return WithHandler(reject, program)
