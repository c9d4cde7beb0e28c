"""Expand subclasses as programs, and effects that are also programs by inheritance."""

from _kit import Ask, do, go, say, show, vm


class Plain(vm.Expand):
    pass


class WithInit(vm.Expand):
    def __new__(cls, value):
        return super().__new__(cls, vm.Pure(vm.IRStream(cls.steps(value))))

    def __init__(self, value):
        self.value = value

    @staticmethod
    def steps(value):
        got = yield vm.Pure(value)
        return f"steps {got}"


class OwnExpr(vm.Expand):
    @property
    def expr(self):
        say("  expr asked")
        return vm.Pure(vm.IRStream(WithInit.steps("own")))


class Iterating(vm.Expand):
    def __iter__(self):
        say("  iterated")
        return iter(())


def stream(value):
    return vm.Pure(vm.IRStream(WithInit.steps(value)))


@do
def yields(program):
    return (yield program)


@do
def delegates(program):
    return (yield from program)


go("plain", Plain(stream(1)))
go("with init", yields(WithInit(2)))
say(WithInit(3).value, repr(WithInit(3)))
go("own expr", yields(OwnExpr(stream("given"))))
go("yield of an iterating one", yields(Iterating(stream(4))))
go("yield from an iterating one", delegates(Iterating(stream(5))))
show("class dict", lambda: vars(WithInit(6)))
show("no argument", Plain)
show("Call subclass", lambda: type("Sub", (vm.Call,), {}))
show("effect and Expand", lambda: type("Sub", (Ask, vm.Expand), {}))
