"""A handler that passes: the next one out answers, and the passer sees the answer."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Pass, Resume, do, handler


@dataclass(frozen=True)
class Ping(EffectBase):
    pass


@dataclass(frozen=True)
class Pong(EffectBase):
    pass


@handler
def ping_only(effect, k):
    print("ping_only sees", effect)
    if isinstance(effect, Ping):
        return (yield Resume(k, "ping"))
    yield Pass(effect, k)


@handler
def pong_only(effect, k):
    print("pong_only sees", effect)
    if isinstance(effect, Pong):
        return (yield Resume(k, "pong"))
    yield Pass(effect, k)


@do
def both():
    return [(yield Ping()), (yield Pong())]


show("ping inside", pong_only(ping_only(both())))
show("pong inside", ping_only(pong_only(both())))
show("only one", ping_only(both()))
