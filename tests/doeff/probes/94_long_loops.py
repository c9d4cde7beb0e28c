"""Long loops of effects: results, and that nothing stays alive afterwards."""

from _kit import Ask, do, go, say, vm


@do
def loop(count):
    total = 0
    for _ in range(count):
        total += yield Ask("n")
    return total


@do
def yield_from_loop(count):
    total = 0
    for _ in range(count):
        total += yield from Ask("n")
    return total


@do
def calls(count):
    total = 0
    for _ in range(count):
        total += yield one()
    return total


@do
def one():
    return 1


def returning(effect, k):
    return vm.Resume(k, 1)


@do
def transferring(effect, k):
    yield vm.Transfer(k, 1)


@do
def passing(effect, k):
    yield vm.Pass(effect, k)


@do
def non_tail(effect, k):
    return (yield vm.Resume(k, 1))


go("returning", vm.WithHandler(returning, loop(20000)))
go("transferring", vm.WithHandler(transferring, loop(20000)))
go("yield from", vm.WithHandler(returning, yield_from_loop(20000)))
go("passing", vm.WithHandler(returning, vm.WithHandler(passing, loop(5000))))
go("not marked tail", vm.WithHandler(non_tail, loop(20000)))
go("calls", calls(20000))
say("live", vm.vm_live_counts())
