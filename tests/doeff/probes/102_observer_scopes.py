"""Which effects each observer sees: of bodies, clauses, passes, resumes and nested runs."""

from _kit import Ask, Tell, do, go, say, vm


def watch(name, program):
    return vm.WithObserve(vm.Callable(lambda effect: say("  ", name, "sees", effect)), program)


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def clause_tells(effect: Ask, k):
    yield Tell("in the clause")
    got = yield watch("in the clause", Ask("watched"))
    return (yield vm.Resume(k, got))


@do
def replaces(effect: Ask, k):
    yield vm.Pass(Tell("replacement"), k)


@do
def body():
    yield Ask("first")
    yield vm.Pure(0)
    yield sub()
    return "end"


@do
def sub():
    yield Ask("second")
    vm.PyVM().run(vm.WithHandler(answer, Ask("nested run")))


go("inside", vm.WithHandler(answer, vm.WithHandler(clause_tells, watch("inside", body()))))
go("between", vm.WithHandler(answer, watch("between", vm.WithHandler(clause_tells, body()))))
go("outside", watch("outside", vm.WithHandler(answer, vm.WithHandler(clause_tells, body()))))
go("replaced, inside", vm.WithHandler(answer, vm.WithHandler(replaces, watch("inside", body()))))
go("replaced, between", vm.WithHandler(answer, watch("between", vm.WithHandler(replaces, body()))))
go("after", vm.WithHandler(answer, body()))
