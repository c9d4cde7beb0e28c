"""Subclasses of `Get` and `Put` are answered; hash and equality of keys may raise."""

from _kit import show
from doeff import Get, Put, do
from doeff_core_effects.handlers import state


class MyGet(Get):
    pass


class MyPut(Put):
    def __init__(self, key, value):
        super().__init__(key, value)
        self.extra = "extra"


class Odd:
    def __hash__(self):
        raise ArithmeticError("no hash")


@do
def body():
    yield MyPut("a", 1)
    return (yield MyGet("a"))


@do
def caught():
    try:
        yield Get(Odd())
    except ArithmeticError as error:
        return f"caught {error}"
    return None


broken = Get("a")
del broken.key
show("subclasses", state()(body()))
show("hash", state()(caught()))
show("no key", state()(broken))
