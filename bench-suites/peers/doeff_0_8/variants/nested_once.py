"""nested_once as doeff has it: a handler is made once, and called to install it."""

from effects import do, handler
from nested_once import ASK, answer

enclose = handler(answer)


@do
def body(size):
    """Perform an effect, and install a handler for the level below."""
    total = yield ASK
    if size > 1:
        total += yield enclose(body(size - 1))
    return total
