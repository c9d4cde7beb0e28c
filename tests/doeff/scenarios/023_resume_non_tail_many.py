"""Non-tail resumes nest: two thousand of them unwind in order."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class Tick(EffectBase):
    n: int


@handler
def counting(effect: Tick, k):
    rest = yield Resume(k, effect.n)
    return (rest[0] + 1, [effect.n, *rest[1]][:5])


@do
def body(n):
    for i in range(n):
        yield Tick(i)
    return (0, [])


show("nested", counting(body(2_000)))
