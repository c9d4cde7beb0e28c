"""Perform of a value that is no effect: a handler may take it all the same."""

from _kit import Ask, do, go, vm


@do
def any_effect(effect, k):
    return (yield vm.Resume(k, f"took {effect!r}"))


@do
def typed(effect: Ask, k):
    return (yield vm.Resume(k, "typed"))


@do
def performing(value):
    return (yield vm.Perform(value))


for value in (3, None, "text", vm.Pure(1), Ask("a"), Ask, vm.Perform(Ask("b")), (1, 2)):
    label = f"{value!r}"
    go(f"any {label}", vm.WithHandler(any_effect, performing(value)))
    go(f"typed {label}", vm.WithHandler(typed, performing(value)))
    go(f"as the body {label}", vm.WithHandler(any_effect, vm.Perform(value)))


@do
def passing(effect, k):
    return (yield vm.Pass(3, k))


@do
def passing_program(effect, k):
    return (yield vm.Pass(vm.Pure(1), k))


go("pass an int", vm.WithHandler(any_effect, vm.WithHandler(passing, Ask("a"))))
go("pass a program", vm.WithHandler(any_effect, vm.WithHandler(passing_program, Ask("a"))))
go("pass an int to nobody", vm.WithHandler(passing, Ask("a")))
