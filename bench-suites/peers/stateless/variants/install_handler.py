"""install_handler as stateless has it: a function under a handler, which each call installs."""

from functools import partial

from stateless import Ability, handle, success


def answer(ability: Ability) -> int:
    """Must not be called."""
    return -1


@handle(answer)
def leaf(number):
    """Give the number; only a negative one, which there is none of, would have to wait."""
    if number < 0:
        number = yield from success(0)
    return number


def loop(size):
    """Give the result of the last program under a handler."""
    for number in range(size):
        result = yield from leaf(number)
    return result


def body(size):
    """The loop."""
    return partial(loop, size)
