"""Errors while a handler is installed, seen from programs inside and outside of it."""

from _kit import Ask, do, failure, go, say, vm


def refused(effect: int, k):
    return vm.Resume(k, 1)


def unreadable(effect, k):
    return vm.Resume(k, 1)


unreadable.__doeff_handler_spec__ = "text"


class NoName:
    def __call__(self, effect: str, k):
        return vm.Resume(k, 1)


@do
def guarded(program):
    try:
        return (yield program)
    except BaseException as error:
        return "caught " + failure(error)


@do
def letting(program):
    return (yield program)


@do
def body():
    say("  body ran")
    return (yield Ask("a"))


@do
def clause_installs(effect, k):
    got = yield guarded(vm.WithHandler(refused, vm.Pure(1)))
    return (yield vm.Resume(k, got))


def call_installs(effect, k):
    return vm.WithHandler(refused, vm.Resume(k, 1))


for handler in (refused, unreadable, NoName()):
    name = getattr(handler, "__name__", "instance")
    go(f"{name} at the top", vm.WithHandler(handler, body()))
    go(f"{name} through a program", letting(vm.WithHandler(handler, body())))
    go(f"{name} caught", guarded(vm.WithHandler(handler, body())))
    go(f"{name} nested", vm.WithHandler(clause_installs, vm.WithHandler(handler, body())))
go("in a clause", vm.WithHandler(clause_installs, body()))
go("by a handler call", guarded(vm.WithHandler(call_installs, guarded(Ask("a")))))
go("observer in between", vm.WithObserve(vm.Callable(repr), vm.WithHandler(refused, body())))
go("in boundaries", guarded(vm.WithBoundaries([("handler", refused)], body())))
