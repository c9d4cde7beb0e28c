"""A continuation resumed from a program other than its handler, under other handlers."""

from dataclasses import dataclass

from _kit import show
from doeff import Ask, EffectBase, Resume, Transfer, do, handler
from doeff_core_effects.handlers import reader

held = []


@dataclass(frozen=True)
class Park(EffectBase):
    pass


@handler
def parking(effect: Park, k):
    held.append(k)
    return "parked"


@do
def body():
    before = yield Ask("k")
    parked = yield Park()
    return before, parked, (yield Ask("k"))


@do
def wake(node):
    return ("woken", (yield node(held.pop(), "value")))


@do
def main(node, around):
    first = yield parking(body())
    second = yield around(wake(node))
    return first, second, (yield Ask("k"))


def same(program):
    return program


for node in (Resume, Transfer):
    for around in (same, reader(env={"k": "inner"})):
        show(f"{node.__name__} {around.__name__}", reader(env={"k": "outer"})(main(node, around)))
        held.clear()
