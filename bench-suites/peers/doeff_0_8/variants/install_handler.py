"""install_handler as doeff has it: a handler is made once, and called to install it."""

from effects import do, handler
from install_handler import answer, leaf

enclose = handler(answer)


@do
def body(size):
    """Sum the results of the programs under their handlers."""
    total = 0
    for number in range(size):
        total += yield enclose(leaf(number))
    return total
