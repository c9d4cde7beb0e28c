"""Callables and streams are unwrapped when they cross the VM as values."""

from _kit import Ask, do, say, vm


def function():
    return 1


def stepping():
    yield vm.Pure(1)


@do
def returns(value):
    return value


@do
def yields(program):
    got = yield program
    return type(got).__name__, got is function


@do
def resuming(effect, k):
    return (yield vm.Resume(k, effect.key))


@do
def asking(value):
    got = yield Ask(value)
    return type(got).__name__, got is function


for value in (
    vm.Callable(function),
    vm.IRStream(stepping()),
    [vm.Callable(function)],
    vm.HandlerSpec(None, None, (), None),
    vm.DoFunction(function, [], False),
):
    name = type(value).__name__
    for program in (vm.Pure(value), returns(value)):
        got = vm.PyVM().run(program)
        shown = got if isinstance(got, str) else type(got).__name__
        say(name, "run gives", shown, got is function, "same:", got is value)
        say(name, "yield gives", *vm.PyVM().run(yields(program)))
    say(name, "resumed", *vm.PyVM().run(vm.WithHandler(resuming, asking(value))))
    say(name, "argument", vm.PyVM().run(returns([value]))[0] is value)
