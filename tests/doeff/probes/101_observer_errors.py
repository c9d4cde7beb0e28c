"""Observers that raise: who sees it, and whether the effect is still handled."""

from _kit import Ask, do, failure, go, say, vm


def raising(error):
    def observer(effect):
        say("  observer raises", type(error).__name__)
        raise error

    return vm.Callable(observer)


def seen(name):
    return vm.Callable(lambda effect: say("  seen by", name))


@do
def answer(effect, k):
    say("  answering")
    return (yield vm.Resume(k, 1))


@do
def clause_asks(effect, k):
    try:
        got = yield Ask("from the clause")
    except BaseException as error:
        got = "clause caught " + failure(error)
    return (yield vm.Resume(k, got))


@do
def body():
    try:
        return (yield Ask("a"))
    except BaseException as error:
        return "body caught " + failure(error)


@do
def around(program):
    try:
        return (yield program)
    except BaseException as error:
        return "around caught " + failure(error)


for error in (ValueError("v"), KeyboardInterrupt("k"), SystemExit(2), GeneratorExit()):
    observed = vm.WithObserve(raising(error), body())
    go(f"{type(error).__name__} inside", around(vm.WithHandler(answer, observed)))
    outside = vm.WithObserve(raising(error), vm.WithHandler(answer, body()))
    go(f"{type(error).__name__} outside", around(outside))
two = vm.WithObserve(seen("outer"), vm.WithObserve(raising(ValueError("v")), body()))
go("outer after a failing inner", around(vm.WithHandler(answer, two)))
two = vm.WithObserve(raising(ValueError("v")), vm.WithObserve(seen("inner"), body()))
go("inner before a failing outer", around(vm.WithHandler(answer, two)))
program = vm.WithHandler(clause_asks, body())
go("clause", around(vm.WithHandler(answer, vm.WithObserve(raising(ValueError("v")), program))))
