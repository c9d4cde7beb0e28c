"""What PyVM.run takes, what it gives back, and what it says to values that are no program."""

from _kit import Ask, do, go, show, vm


def generator_function():
    yield vm.Pure(1)


@do
def undecorated_call():
    return 1
    yield


class WithGenerator:
    def to_generator(self):
        return generator_function()


class Sub(vm.Expand):
    pass


VALUES = {
    "Pure": vm.Pure(5),
    "Pure of a program": vm.Pure(vm.Pure(5)),
    "call": undecorated_call(),
    "effect": Ask("x"),
    "effect class": Ask,
    "None": None,
    "int": 3,
    "string": "text",
    "list": [1],
    "generator": generator_function(),
    "generator function": generator_function,
    "uncalled do": undecorated_call,
    "lambda": lambda: vm.Pure(1),
    "to_generator": WithGenerator(),
    "IRStream": vm.IRStream(generator_function()),
    "Callable": vm.Callable(len),
    "DoFunction": vm.DoFunction(generator_function, [], True),
    "HandlerSpec": vm.HandlerSpec(None, None, (), None),
    "Ok": vm.Ok(1),
    "Pure class": vm.Pure,
    "PyVM": vm.PyVM(),
    "Perform of an effect": vm.Perform(Ask("x")),
    "Perform of an int": vm.Perform(3),
    "Perform of a program": vm.Perform(vm.Pure(3)),
    "Expand of Pure": vm.Expand(vm.Pure(3)),
    "Expand of a stream": vm.Expand(vm.Pure(vm.IRStream(generator_function()))),
    "Expand of a generator": vm.Expand(vm.Pure(generator_function())),
    "Expand of an int": vm.Expand(3),
    "Expand of a call": vm.Expand(undecorated_call()),
    "Expand subclass": Sub(vm.Pure(vm.IRStream(generator_function()))),
    "TailEval": vm.TailEval(vm.Pure(4)),
    "TailEval of an int": vm.TailEval(4),
    "GetExecutionContext": vm.GetExecutionContext(),
    "GetOuterHandlers": vm.GetOuterHandlers(),
}
for label, value in VALUES.items():
    go(label, value)
machine = vm.PyVM()
show("first run", lambda: machine.run(vm.Pure(1)))
show("second run on the same VM", lambda: machine.run(vm.Pure(2)))
show("keyword", lambda: machine.run(program=vm.Pure(3)))
show("no argument", machine.run)
show("two arguments", lambda: machine.run(vm.Pure(3), 1))
