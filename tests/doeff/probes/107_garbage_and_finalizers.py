"""Continuations freed by their last reference in the middle of a run, and by del."""

from _kit import Ask, do, go, say, vm

HELD = {}


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        say("  freed", self.name)


@do
def body(name):
    noisy = Noisy(name)
    try:
        return (yield Ask(name)), noisy.name
    finally:
        say("  finally", name)


@do
def hold(effect, k):
    HELD[effect.key] = k
    return f"held {effect.key}"
    yield


@do
def main():
    first = yield vm.WithHandler(hold, body("one"))
    second = yield vm.WithHandler(hold, body("two"))
    say("  deleting one")
    del HELD["one"]
    say("  replacing two")
    HELD["two"] = None
    yield vm.Pure(1)
    say("  end of main")
    return first, second


go("main", main())


@do
def drop_late(effect, k):
    say("  clause keeps k for a while")
    yield vm.Pure(1)
    del k
    say("  clause goes on without k")
    yield vm.Pure(2)
    return "late"


@do
def drop_by_return(effect, k):
    return "returned"
    yield


go("late", vm.WithHandler(drop_late, body("late")))
go("by return", vm.WithHandler(drop_by_return, body("return")))


def call_returns_value(effect, k):
    return vm.Pure("pure")


go("by a call", vm.WithHandler(call_returns_value, body("call")))
