"""Effects performed in a handler go to the handlers outside of it."""

from dataclasses import dataclass

from _kit import show
from doeff import Ask, EffectBase, Get, Put, Resume, do, handler
from doeff_core_effects.handlers import reader, state


@dataclass(frozen=True)
class Next(EffectBase):
    pass


@handler
def counting(effect: Next, k):
    step = yield Ask("step")
    n = (yield Get("n")) + step
    yield Put("n", n)
    return (yield Resume(k, n))


@handler
def again(effect: Next, k):
    deeper = yield effect
    return (yield Resume(k, ("again", deeper)))


@do
def loop():
    values = []
    for _ in range(3):
        values.append((yield Next()))
    return values, (yield Get("n"))


base = reader(env={"step": 5})
show("counting", base(state(initial={"n": 1})(counting(loop()))))
show("re-performed", base(state(initial={"n": 1})(counting(again(loop())))))
show("re-performed, nobody", again(loop()))
