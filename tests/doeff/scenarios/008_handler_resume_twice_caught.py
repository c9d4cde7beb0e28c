"""The error of a second resume can be caught in the handler."""

from dataclasses import dataclass

from _kit import describe, show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class Choice(EffectBase):
    pass


@handler
def choose(effect: Choice, k):
    first = yield Resume(k, 1)
    try:
        second = yield Resume(k, 2)
    except Exception as error:
        second = describe(error)
    return [first, second]


@do
def body():
    return (yield Choice()) * 10


show("caught", choose(body()))
