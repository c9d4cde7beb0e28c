"""Fifty thousand transfers and tail resumes do not grow anything."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, Transfer, do, handler


@dataclass(frozen=True)
class Tick(EffectBase):
    pass


@handler
def by_transfer(effect: Tick, k):
    return (yield Transfer(k, 1))


@handler
def by_resume(effect: Tick, k):
    return (yield Resume(k, 1))


@do
def body(n):
    total = 0
    for _ in range(n):
        total += yield Tick()
    return total


show("transfer", by_transfer(body(50_000)))
show("resume in tail position", by_resume(body(50_000)))
