"""`run` inside of a program: a machine of its own, handlers do not reach in."""

from _kit import show
from doeff import Ask, do, run
from doeff_core_effects.handlers import reader


@do
def inner():
    return (yield Ask("k"))


@do
def outer():
    own = run(reader(env={"k": "inner"})(inner()))
    mine = yield Ask("k")
    return own, mine


@do
def without():
    return run(inner())
    yield


show("nested", reader(env={"k": "outer"})(outer()))
show("not reached", reader(env={"k": "outer"})(without()))
