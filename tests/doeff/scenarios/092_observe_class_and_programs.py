"""Observers as bound methods; programs yielded are not effects to observe."""

from _kit import show
from doeff import Ask, EffectBase, Pure, WithObserve, do
from doeff_core_effects.handlers import reader


class Recorder:
    def __init__(self):
        self.effects = []

    def see(self, effect):
        self.effects.append(effect)


class Probe(EffectBase):
    pass


@do
def sub(n):
    yield Pure(n)
    return (yield Ask(n))


@do
def body():
    return [(yield sub(1)), (yield Pure(2)), (yield from Ask(3))]


recorder = Recorder()
show("method", reader(env={1: "a", 3: "b"})(WithObserve(recorder.see, body())))
print(recorder.effects)
many = []
show("append", reader(env={1: "a", 3: "b"})(WithObserve(many.append, body())))
print(many)
