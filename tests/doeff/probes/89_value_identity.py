"""The very object resumed, returned, thrown or applied arrives: identity through each node."""

from _kit import Ask, do, say, vm


class Thing:
    pass


def arrives(node, value):
    seen = {}

    @do
    def clause(effect, k):
        return (yield node(k, value))

    @do
    def body():
        try:
            seen["got"] = yield Ask("a")
        except BaseException as error:
            seen["got"] = error
        return seen["got"]

    result = vm.PyVM().run(vm.WithHandler(clause, body()))
    return seen["got"] is value and result is value


for value in (
    Thing(),
    1 << 80,
    3.5,
    "text",
    b"bytes",
    [],
    {},
    vm.Pure(1),
    Ask("b"),
    vm.Ok(1),
    True,
    None,
    Thing,
    len,
    vm.IRStream(iter(())),
    vm.Callable(len),
    range(3),
):
    say(type(value).__name__, arrives(vm.Resume, value), arrives(vm.Transfer, value))
for error in (ValueError("v"), KeyboardInterrupt(), SystemExit(1)):
    say(type(error).__name__, arrives(vm.ResumeThrow, error), arrives(vm.TransferThrow, error))


@do
def returns(value):
    return value


@do
def yields(program):
    return (yield program)


for value in (vm.IRStream(iter(())), vm.Callable(len), vm.Pure(1), Ask("a"), Thing()):
    name = type(value).__name__
    say(
        name,
        "returned",
        vm.PyVM().run(returns(value)) is value,
        "yielded",
        vm.PyVM().run(yields(returns(value))) is value,
        "Pure",
        vm.PyVM().run(vm.Pure(value)) is value,
        "yielded Pure",
        vm.PyVM().run(yields(vm.Pure(value))) is value,
    )
