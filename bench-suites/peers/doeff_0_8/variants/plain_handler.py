"""plain_handler as doeff has it: by WithHandler.

Its `handler` makes every function a program, and refuses one that returns a Resume. The node takes
such a function as it is.
"""

from effects import WithHandler
from plain_handler import answer
from plain_handler import body as loop


def body(size):
    """The loop under the handler."""
    return WithHandler(answer, loop(size))


def handlers():
    """The body has it."""
    return []
