"""A handler that resumes gets the result of the rest and may change it."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class Number(EffectBase):
    n: int


@do
def total():
    first = yield Number(3)
    second = yield Number(4)
    print("between", first, second)
    return first + second


@handler
def doubling(effect: Number, k):
    rest = yield Resume(k, effect.n * 2)
    print("rest gave", rest)
    return rest + 1


@handler
def tail(effect: Number, k):
    return (yield Resume(k, effect.n))


show("non-tail", doubling(total()))
show("tail", tail(total()))
