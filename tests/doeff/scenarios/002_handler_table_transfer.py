"""A handler that transfers does not get control back."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Transfer, do, handler


@dataclass(frozen=True)
class Step(EffectBase):
    n: int


@handler
def moving(effect: Step, k):
    print("transfer", effect.n)
    yield Transfer(k, effect.n + 1)
    print("never printed")
    return "never returned"


@handler
def moving_in_try(effect: Step, k):
    try:
        yield Transfer(k, effect.n)
    finally:
        print("finally of the handler", effect.n)


@do
def body():
    total = 0
    for n in range(3):
        total += yield Step(n)
    return total


show("transfer", moving(body()))
show("transfer inside try", moving_in_try(body()))
