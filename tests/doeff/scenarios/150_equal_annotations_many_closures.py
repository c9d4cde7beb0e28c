"""Handlers made by a factory: closures whose annotations differ filter each on their own."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class A(EffectBase):
    pass


@dataclass(frozen=True)
class B(EffectBase):
    pass


def answering(kind, answer):
    @handler
    def one(effect: kind, k):
        return (yield Resume(k, answer))

    return one


@do
def body():
    return (yield A()), (yield B())


show("a then b", answering(A, "a")(answering(B, "b")(body())))
show("b then a", answering(B, "b")(answering(A, "a")(body())))
show("union", answering(A | B, "both")(body()))
show("union outside", answering(A | B, "both")(answering(A, "a")(body())))
