"""The same handler installed twice: the inner one answers first."""

from _kit import show
from doeff import Ask, Pass, do, handler
from doeff_core_effects.handlers import reader

calls = []


@handler
def watch(effect, k):
    calls.append(type(effect).__name__)
    yield Pass(effect, k)


@do
def body():
    return (yield Ask("k"))


show("inner wins", reader(env={"k": "outer"})(reader(env={"k": "inner"})(body())))
show("watch twice", reader(env={"k": 1})(watch(watch(body()))))
print(calls)
