"""run inside run: on a new VM, on the same VM, from clauses, observers and finally blocks."""

from _kit import Ask, do, failure, go, say, show, vm


@do
def answer(effect, k):
    return (yield vm.Resume(k, f"outer {effect.key}"))


@do
def inner():
    return (yield Ask("in"))


@do
def nesting():
    got = vm.PyVM().run(vm.WithHandler(answer, inner()))
    return got, (yield Ask("out"))


@do
def nesting_unhandled():
    try:
        vm.PyVM().run(inner())
    except vm.UnhandledEffect as error:
        say("  inner:", str(error).splitlines()[0])
    return (yield Ask("out"))


machine = vm.PyVM()


@do
def same_vm():
    try:
        got = machine.run(vm.Pure("nested"))
    except BaseException as error:
        got = failure(error)
    return got, (yield vm.Pure("rest"))


@do
def clause_runs(effect, k):
    got = vm.PyVM().run(vm.Pure("clause"))
    return (yield vm.Resume(k, got))


KEPT = []


@do
def moves(effect, k):
    try:
        got = vm.PyVM().run(vm.Resume(k, "moved"))
    except BaseException as error:
        got = failure(error)
    say("  moved:", got)
    return (yield vm.Resume(k, "here"))


go("new VM", vm.WithHandler(answer, nesting()))
go("no handlers inside", vm.WithHandler(answer, nesting_unhandled()))
show("same VM", lambda: machine.run(same_vm()))
show("same VM afterwards", lambda: machine.run(vm.Pure("fine")))
go("from a clause", vm.WithHandler(clause_runs, inner()))
go("k on another VM", vm.WithHandler(moves, inner()))


def observer(effect):
    say("  observer ran", vm.PyVM().run(vm.Pure(effect.key)))


go("from an observer", vm.WithHandler(answer, vm.WithObserve(vm.Callable(observer), inner())))


@do
def finally_runs():
    try:
        yield Ask("dropped")
    finally:
        say("  finally ran", vm.PyVM().run(vm.Pure("in finally")))


@do
def drop(effect, k):
    return "dropped"
    yield


go("from a finally", vm.WithHandler(drop, finally_runs()))


def deep(left):
    @do
    def level():
        return (left if left == 0 else vm.PyVM().run(deep(left - 1))), (yield vm.Pure(left))

    return level()


go("three deep", deep(3))
