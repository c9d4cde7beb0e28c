"""A run started inside a handler and inside an observer."""

from _kit import show
from doeff import Ask, Resume, WithObserve, do, handler, run
from doeff_core_effects.handlers import reader
from doeff_core_effects.scheduler import Spawn, Wait, scheduled


@do
def sub(key):
    return (yield Ask(key))


@handler
def running(effect: Ask, k):
    value = run(reader(env={effect.key: "from an inner run"})(sub(effect.key)))
    return (yield Resume(k, value))


def observer(effect):
    print("observer runs", run(reader(env={"o": 1})(sub("o"))))


@do
def tasks():
    return (yield Wait((yield Spawn(sub("t")))))


show("handler", running(sub("h")))
show("observer", running(WithObserve(observer, sub("h"))))
show("scheduler inside", running(do(lambda: run(scheduled(running(tasks()))))()))
