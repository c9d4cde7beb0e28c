"""A handler that throws into the program: the program may catch the error."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, ResumeThrow, TransferThrow, do, handler


@dataclass(frozen=True)
class Read(EffectBase):
    name: str


@handler
def failing(effect: Read, k):
    answer = yield ResumeThrow(k, KeyError(effect.name))
    print("handler goes on with", answer)
    return ("through the handler", answer)


@handler
def leaving(effect: Read, k):
    yield TransferThrow(k, LookupError(effect.name))
    print("never printed")


@do
def careful():
    try:
        return (yield Read("a"))
    except LookupError as error:
        return f"caught {type(error).__name__} {error}"


@do
def careless():
    return (yield Read("b"))


show("caught", failing(careful()))
show("not caught", failing(careless()))
show("caught, transfer", leaving(careful()))
show("not caught, transfer", leaving(careless()))
