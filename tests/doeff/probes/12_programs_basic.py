"""Calls, nested programs, yield from, plain functions and values that cross untouched."""

from _kit import Ask, do, go, say, show, vm


@do
def add(a, b):
    left = yield a
    right = yield from b
    return left + right


@do
def plain(value):
    return value


@do
def nothing():
    yield vm.Pure(1)


@do
def returns_program():
    yield vm.Pure(0)
    return vm.Pure("not run")


@do
def returns_generator():
    return (x for x in (vm.Pure(1),))


@do
def identity(value):
    got = yield vm.Pure(value)
    return got is value


go("add", add(vm.Pure(1), vm.Pure(2)))
go("nested", add(add(vm.Pure(1), vm.Pure(2)), plain(4)))
go("plain function", plain("value"))
go("plain function returning a program", plain(vm.Pure(9)))
go("plain function returning an effect", plain(Ask("a")))
go("no return", nothing())
go("a returned program stays a value", returns_program())
go("generator without DoFunction.yields", returns_generator())
for value in (None, True, 1 << 70, "s", b"b", (), object, vm.Ok(1), vm.Pure(1), len, {}.keys()):
    say("identity", type(value).__name__, vm.PyVM().run(identity(value)))


class Text(str):
    pass


class Number(int):
    pass


say(
    "identity of subclasses", vm.PyVM().run(identity(Text("a"))), vm.PyVM().run(identity(Number(1)))
)
call = add(vm.Pure(1), vm.Pure(2))
show("a call can run twice", lambda: (vm.PyVM().run(call), vm.PyVM().run(call)))
go("wrong arguments", add(1))
go("surplus keyword", plain(1, z=2))
go("builtin function", vm.Call(vm.DoFunction(len, [], False), ([1, 2],), {}))
go("builtin function failing", vm.Call(vm.DoFunction(len, [], False), (3,), {}))
go("yields is wrong", vm.Call(vm.DoFunction(lambda: 3, [], True), (), {}))
go("function not callable", vm.Call(vm.DoFunction(3, [], True), (), {}))


def stepper():
    yield vm.Pure(1)
    return "stepped"


go("yields says False for a generator function", vm.Call(vm.DoFunction(stepper, [], False), (), {}))
show("iterating a call", lambda: next(iter(add(1, 2))).__class__.__name__)
