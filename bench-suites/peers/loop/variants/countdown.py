"""countdown in a loop: each effect is answered by a call of a function, which keeps the number."""

from functools import partial

from countdown import Get
from countdown import body as program


def body(size):
    """The program, new for each run."""
    return partial(program, size)


def state():
    """A new function that answers both effects."""
    number = 0

    def answer(effect):
        nonlocal number
        if type(effect) is Get:
            return number
        number = effect.number
        return None

    return answer


def handlers():
    """One function; the body puts the first number."""
    return [state()]
