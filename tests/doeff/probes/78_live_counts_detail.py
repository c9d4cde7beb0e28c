"""vm_live_counts (segments, continuations, streams) at many points of runs."""

from _kit import Ask, do, go, say, vm

HELD = []


@do
def look(label):
    say("  ", label, vm.vm_live_counts())
    yield vm.Pure(1)


@do
def nested(depth):
    if depth:
        return (yield nested(depth - 1))
    say("   at the bottom", vm.vm_live_counts())
    return (yield Ask("a"))


@do
def hold(effect, k):
    HELD.append(k)
    say("   in hold", vm.vm_live_counts())
    return "held"
    yield


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def resume(effect, k):
    got = yield vm.Resume(k, 1)
    say("   after resume", vm.vm_live_counts())
    return got


@do
def transfer(effect, k):
    yield vm.Transfer(k, 1)


@do
def asks(count):
    for index in range(count):
        yield Ask(index)
    say("   at the end", vm.vm_live_counts())


go("plain", look("in a program"))
go("depth 0", vm.WithHandler(hold, nested(0)))
say("held", vm.vm_live_counts())
HELD.clear()
say("released", vm.vm_live_counts())
go("depth 5", vm.WithHandler(hold, nested(5)))
say("held", vm.vm_live_counts())
go("another", vm.WithHandler(hold, nested(1)))
say("both held", vm.vm_live_counts())
HELD.clear()
say("released", vm.vm_live_counts())
go("passed", vm.WithHandler(hold, vm.WithHandler(passing, nested(0))))
say("held", vm.vm_live_counts())
HELD.clear()
go("observed", vm.WithHandler(hold, vm.WithObserve(vm.Callable(repr), nested(0))))
say("held", vm.vm_live_counts())
HELD.clear()
go("effect alone", vm.WithHandler(hold, Ask("a")))
say("held", vm.vm_live_counts())
HELD.clear()
go("resumed thrice", vm.WithHandler(resume, asks(3)))
go("transferred thrice", vm.WithHandler(transfer, asks(3)))
say("end", vm.vm_live_counts())
