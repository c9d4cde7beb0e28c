"""A handler body called with the program it was meant to handle: the message of the run."""

from _kit import Ask, do, failure, go, vm


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def typed(event: Ask, other):
    return (yield vm.Resume(other, 1))


@do
def not_handler(first, second):
    yield vm.Pure(1)


@do
def plain(effect, k):
    return 1


@do
def body(value=1):
    return (yield vm.Pure(value))


@do
def guarded(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught " + failure(error)


@do
def inner_failure(effect, k):
    len()
    yield


go("body", answer(body()))
go("body with arguments", answer(body(2)))
go("uncalled", answer(body))
go("Pure", answer(vm.Pure(1)))
go("int", answer(3))
go("effect", answer(Ask("a")))
go("keyword", answer(effect=body()))
go("none", answer())
go("three", answer(1, 2, 3))
go("typed", typed(body()))
go("not a handler", not_handler(body()))
go("plain", plain(body()))
go("guarded", guarded(answer(body())))
go("failing inside", inner_failure(1, 2))
