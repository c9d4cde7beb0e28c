"""Which handlers are shown of a body that is no program, and of one that fails when it starts."""

from _kit import do, go, say, vm


def pass_on(effect, k):
    return vm.Pass(effect, k)


@do
def inner(effect, k):
    yield vm.Pass(effect, k)


@do
def outer(effect, k):
    yield vm.Pass(effect, k)


@do
def relay(program):
    return (yield program)


@do
def needs(argument):
    yield vm.Pure(argument)


@do
def raises():
    raise LookupError("at once")


PROGRAMS = {
    "top": vm.WithHandler(outer, 3),
    "called": relay(vm.WithHandler(outer, 3)),
    "nested": relay(vm.WithHandler(outer, vm.WithHandler(inner, 3))),
    "under a handler": vm.WithHandler(outer, relay(vm.WithHandler(inner, 3))),
    "three deep": vm.WithHandler(
        inner, relay(vm.WithHandler(outer, vm.WithHandler(outer, vm.WithHandler(outer, None))))
    ),
    "observer": relay(vm.WithHandler(outer, vm.WithObserve(vm.Callable(repr), 3))),
    "boundaries": relay(vm.WithHandler(outer, vm.WithBoundaries([], 3))),
    "no decorator": relay(vm.WithHandler(pass_on, 3)),
    "missing argument": relay(vm.WithHandler(outer, needs())),
    "raises": relay(vm.WithHandler(outer, vm.WithHandler(inner, raises()))),
}
for label, program in PROGRAMS.items():
    error = go(label, program)
    entries = getattr(error, "__doeff_traceback__", [])
    say("  ", [entry[1:2] + entry[3:] if entry[0] == "frame" else entry[2] for entry in entries])
