"""A `try` of a handler around its resume sees errors of the rest of the program."""

from _kit import show
from doeff import Ask, Resume, Transfer, do, handler


def guarding(node):
    @handler
    def guard(effect: Ask, k):
        try:
            value = yield node(k, effect.key)
        except ValueError as error:
            return f"guard caught {error}"
        else:
            return f"guard saw {value}"
        finally:
            print("finally of guard")

    return guard


@do
def failing():
    key = yield Ask("k")
    raise ValueError(f"after {key}")


@do
def fine():
    return (yield Ask("k"))


for node in (Resume, Transfer):
    show(f"{node.__name__} failing", guarding(node)(failing()))
    show(f"{node.__name__} fine", guarding(node)(fine()))
