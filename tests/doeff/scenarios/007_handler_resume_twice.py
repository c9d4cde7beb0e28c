"""A continuation is one-shot: what a second use of it says."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, ResumeThrow, Transfer, do, handler


@dataclass(frozen=True)
class Choice(EffectBase):
    pass


def twice(node):
    @handler
    def choose(effect: Choice, k):
        first = yield Resume(k, 1)
        print("first", first)
        second = yield node(k)
        return [first, second]

    return choose


@do
def body():
    return (yield Choice()) * 10


show("resume twice", twice(lambda k: Resume(k, 2))(body()))
show("then transfer", twice(lambda k: Transfer(k, 2))(body()))
show("then throw", twice(lambda k: ResumeThrow(k, ValueError("x")))(body()))
