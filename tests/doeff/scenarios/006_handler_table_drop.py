"""A handler that drops the continuation: its value is the result of everything under it."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class Cost(EffectBase):
    amount: int


LIMIT = 2


@handler
def budget(effect: Cost, k):
    if effect.amount > LIMIT:
        return "over"
    return (yield Resume(k, None))


@do
def spend():
    try:
        for amount in range(5):
            yield Cost(amount)
            print("spent", amount)
        return "all"
    finally:
        print("finally of spend")


@do
def outer():
    return ("outer has", (yield budget(spend())))


show("drop", budget(spend()))
show("drop inside", outer())
