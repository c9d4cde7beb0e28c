"""Handlers outside and inside of `scheduled`, and a scheduler effect in a handler."""

from dataclasses import dataclass

from _kit import show
from doeff import Ask, EffectBase, Resume, Spawn, Wait, do, handler
from doeff_core_effects.handlers import reader
from doeff_core_effects.scheduler import scheduled


@dataclass(frozen=True)
class Background(EffectBase):
    n: int


@do
def task(n):
    return n + (yield Ask("base"))


@handler
def spawning(effect: Background, k):
    handle = yield Spawn(task(effect.n))
    value = yield Wait(handle)
    return (yield Resume(k, value))


@do
def main():
    return [(yield Background(1)), (yield Background(2))]


base = reader(env={"base": 10})
show("reader outside", base(scheduled(spawning(main()))))
show("reader inside", scheduled(base(spawning(main()))))
show("reader innermost", scheduled(spawning(base(main()))))
