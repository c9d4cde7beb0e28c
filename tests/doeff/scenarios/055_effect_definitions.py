"""Effects: plain classes, dataclasses, generic ones, arguments, equality, repr, iteration."""

from dataclasses import dataclass

from _kit import attempt, show
from doeff import EffectBase, Resume, do, effect_result_type, handler


class Bare(EffectBase):
    pass


class Own(EffectBase[int]):
    def __init__(self, x):
        self.x = x


class Slotted(EffectBase):
    __slots__ = ("x",)

    def __init__(self, x):
        super().__init__()
        self.x = x


@dataclass(frozen=True)
class Data(EffectBase[list[str]]):
    x: int = 1


@handler
def echo(effect, k):
    return (yield Resume(k, type(effect).__name__))


@do
def by_from():
    return (yield from Data(3)), (yield Own(1))


attempt("bare with arguments", lambda: Bare(1))
attempt("bare with keyword", lambda: Bare(x=1))
attempt("base", EffectBase)
attempt("bare", Bare)
attempt("own", lambda: Own(1).x)
attempt("slotted", lambda: Slotted(1).x)
attempt("data", lambda: (Data(), Data(1) == Data(), hash(Data(1)) == hash(Data())))
attempt("result types", lambda: [effect_result_type(e) for e in (Bare, Own, Data(2), Data)])
attempt("attribute", lambda: setattr(Bare(), "new", 1))
attempt("iterate", lambda: [type(x).__name__ for x in Data(3)])
show("yield from", echo(by_from()))
show("run an effect", echo(Data()))
show("slotted", echo(Slotted(1)))
