"""vm_live_counts, arena_stats and step_count after success, error, holding and dropping."""

import gc

from _kit import Ask, do, go, say, vm


def counts(label):
    gc.collect()
    say("  ", label, vm.vm_live_counts(), type(vm.vm_live_counts()).__name__)


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def body():
    return (yield Ask("a"))


@do
def failing():
    yield Ask("a")
    raise ValueError("x")


KEPT = []


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


@do
def look(effect, k):
    say("   in the clause", vm.vm_live_counts())
    got = yield vm.Resume(k, 1)
    say("   after resume", vm.vm_live_counts())
    return got


counts("start")
go("success", vm.WithHandler(answer, body()))
counts("success")
error = go("error", vm.WithHandler(answer, failing()))
counts("error kept")
del error
counts("error dropped")
go("held", vm.WithHandler(keep, body()))
counts("held")
KEPT.clear()
counts("released")
go("looked", vm.WithHandler(look, body()))
counts("looked")
machine = vm.PyVM()
say("fresh", machine.arena_stats(), machine.step_count())
machine.run(vm.WithHandler(answer, body()))
say("stats are", type(machine.arena_stats()).__name__, len(machine.arena_stats()))
say("all ints", all(isinstance(value, int) for value in machine.arena_stats()))
say("steps grew", machine.step_count() > 0)
before = machine.step_count()
machine.run(vm.Pure(1))
say("steps after Pure", machine.step_count() - before >= 0)
go("held by a dropped VM", vm.WithHandler(keep, body()))
counts("held")
KEPT.clear()
counts("released")
