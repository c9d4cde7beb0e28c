"""Programs kept in lists, passed as arguments and returned: run where they are yielded."""

from _kit import show
from doeff import Ask, Get, Put, do
from doeff_core_effects.handlers import reader, state


@do
def step(n):
    yield Put("log", [*((yield Get("log")) or []), n])
    return n * (yield Ask("times"))


@do
def both(first, second):
    return (yield second), (yield first)


@do
def make(n):
    return step(n)


@do
def loop(programs):
    values = []
    for program in programs:
        values.append((yield program))
    return values, (yield Get("log"))


base = reader(env={"times": 10})
show("list", base(state()(loop([step(1), step(2), step(1)]))))
show("arguments", base(state()(loop([both(step(1), step(2))]))))
show("returned", base(state()(loop([do(lambda: (yield (yield make(3))))()]))))
