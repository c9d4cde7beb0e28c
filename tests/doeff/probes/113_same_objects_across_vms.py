"""Programs, handlers and effects used again on many VMs, also at the same time."""

from _kit import Ask, do, go, say, vm


@do
def answer(effect, k):
    return (yield vm.Resume(k, effect.key * 2))


@do
def doubled(value):
    return (yield Ask(value))


@do
def nested(program):
    inner = vm.PyVM().run(program)
    outer = yield program
    return inner == outer


program = vm.WithHandler(answer, doubled(4))
machine = vm.PyVM()
say([machine.run(program) for _ in range(3)], [vm.PyVM().run(program) for _ in range(3)])
go("inside itself", nested(program))
effect = Ask(1)
go("one effect twice", vm.WithHandler(answer, do(lambda: (yield effect))()))
go("one effect twice", vm.WithHandler(answer, effect))


@do
def fails_once(state):
    yield vm.Pure(1)
    if not state:
        state.append(1)
        raise ValueError("first time")
    return "second time"


again = fails_once([])
go("after an error", again)
go("after an error", again)
machine = vm.PyVM()
again = fails_once([])
try:
    machine.run(again)
except ValueError as error:
    say("first", error)
say("the VM after an error", machine.run(again), machine.run(vm.Pure(1)))
