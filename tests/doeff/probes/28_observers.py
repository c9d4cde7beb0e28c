"""WithObserve: what is observed, in which order, and what a failing observer does."""

from _kit import Ask, Tell, do, failure, go, say, vm


def seen(name):
    def observer(*arguments, **keywords):
        say(f"  {name} sees", *arguments, sorted(keywords))
        return "ignored"

    return vm.Callable(observer)


@do
def body():
    first = yield Ask("a")
    second = yield Tell("t")
    third = yield vm.Perform(Ask("p"))
    yield vm.Pure(1)
    return [first, second, third]


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def reperform(effect, k):
    got = yield Ask("from the clause")
    return (yield vm.Resume(k, got))


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def guarded(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught " + failure(error)


def failing(effect):
    raise ValueError("observer")


def returning_program(effect):
    return vm.Pure(1)


def observed(observer, program):
    return vm.WithObserve(observer, program)


one, two = seen("one"), seen("two")
go("inside the handler", vm.WithHandler(answer, observed(one, body())))
go("outside the handler", observed(one, vm.WithHandler(answer, body())))
go("two observers", vm.WithHandler(answer, observed(one, observed(two, body()))))
go(
    "around a passing handler",
    vm.WithHandler(answer, observed(one, vm.WithHandler(passing, observed(two, body())))),
)
go("clause effects", vm.WithHandler(answer, observed(one, vm.WithHandler(reperform, body()))))
go("unhandled", observed(one, body()))
go("failing", guarded(vm.WithHandler(answer, observed(vm.Callable(failing), guarded(body())))))
go("failing at the top", vm.WithHandler(answer, observed(vm.Callable(failing), Ask("a"))))
go("returns a program", vm.WithHandler(answer, observed(vm.Callable(returning_program), body())))
go("plain function", vm.WithHandler(answer, observed(failing, body())))
go("not callable", vm.WithHandler(answer, observed(3, body())))
go("Callable of an int", vm.WithHandler(answer, observed(vm.Callable(3), body())))
go("wrong parameters", vm.WithHandler(answer, observed(vm.Callable(lambda: 1), body())))
go("body value", observed(one, vm.Pure(3)))
go("nothing observed", observed(vm.Callable(failing), vm.Pure(3)))


def typed(effect: Tell):
    say("  typed observer sees", effect)


go("typed", vm.WithHandler(answer, observed(vm.Callable(typed), body())))


@do
def marked(effect):
    say("  marked ran")
    yield vm.Pure(1)


go("marked", vm.WithHandler(answer, observed(vm.Callable(marked), body())))
