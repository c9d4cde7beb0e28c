"""A handler may hold the continuation and end later: stored in a list, resumed at the end."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, do, handler


@dataclass(frozen=True)
class Sleep(EffectBase):
    name: str


@dataclass(frozen=True)
class Both(EffectBase):
    left: object
    right: object


held = []


@handler
def holding(effect: Sleep, k):
    held.append((effect.name, k))
    return f"{effect.name} held"
    yield


@do
def sleeper(name):
    print(name, "starts")
    answer = yield Sleep(name)
    print(name, "goes on with", answer)
    return f"{name} done"


@do
def main():
    first = yield holding(sleeper("a"))
    second = yield holding(sleeper("b"))
    print(first, "/", second)
    results = []
    for name, k in reversed(held):
        results.append((yield Resume(k, name.upper())))
    return results


show("held", main())
