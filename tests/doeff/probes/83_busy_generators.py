"""Generators that are running, finished or already started when the VM gets them."""

from _kit import do, failure, go, say, vm

HOLDER = {}


def steps(label):
    got = yield vm.Pure(label)
    say("  ", label, got)
    return f"{label} done"


def self_referring():
    try:
        yield vm.Expand(vm.Pure(vm.IRStream(HOLDER["self"])))
    except BaseException as error:
        return "caught " + failure(error)


HOLDER["self"] = self_referring()
go("a running generator", vm.Expand(vm.Pure(vm.IRStream(HOLDER["self"]))))
finished = steps("finished")
list(finished)
go("a finished generator", vm.Expand(vm.Pure(vm.IRStream(finished))))
started = steps("started")
next(started)
go("a started generator", vm.Expand(vm.Pure(vm.IRStream(started))))
closed = steps("closed")
closed.close()
go("a closed generator", vm.Expand(vm.Pure(vm.IRStream(closed))))
shared = steps("shared")


@do
def returns_started():
    return shared


next(shared)
go("a call that returns a started one", returns_started())
go("and again", returns_started())


@do
def both(stream):
    first = yield vm.Expand(vm.Pure(stream))
    second = yield vm.Expand(vm.Pure(stream))
    return first, second


go("a stream twice", both(vm.IRStream(steps("twice"))))
