"""The helpers for handlers that reinstall what was inside of them."""

from dataclasses import dataclass

from _kit import show
from doeff import Ask, EffectBase, Get, Pass, Put, Resume, WithObserve, do, handler
from doeff.handler_utils import (
    get_inner_boundaries,
    get_inner_handlers,
    inner_of,
    reinstaller,
)
from doeff_core_effects.handlers import reader, state


@dataclass(frozen=True)
class Run(EffectBase):
    program: object


def name_of(value):
    return getattr(value, "__qualname__", type(value).__name__).split(".<locals>.")[0]


@handler
def running(effect: Run, k):
    program = effect.program
    inner = yield get_inner_handlers(k)
    boundaries = yield get_inner_boundaries(k)
    print([name_of(one) for one in inner], [(kind, name_of(one)) for kind, one in boundaries])
    for one in inner:
        program = reinstaller(one)(program)
    value = yield program
    return (yield Resume(k, value))


@do
def sub():
    n = yield Get("n")
    yield Put("n", n + 1)
    return n, (yield Ask("k"))


@do
def body():
    return (yield Run(sub())), (yield Run(sub())), (yield Get("n"))


def observer(effect):
    return None


@handler
def passing(effect, k):
    yield Pass(effect, k)


inner = reader(env={"k": "v"})(WithObserve(observer, state(initial={"n": 1})(passing(body()))))
show("inner", running(inner))
print(inner_of([1, 2, 3]), inner_of([]))
