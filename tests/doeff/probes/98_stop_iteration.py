"""StopIteration raised by plain calls, and results that look like its arguments."""

from _kit import Ask, do, failure, go, vm


def stops(*arguments):
    raise StopIteration("stopped")


@do
def guarded(program):
    try:
        return ("got", (yield program))
    except BaseException as error:
        return "caught " + failure(error)


@do
def body():
    try:
        return (yield Ask("a"))
    except BaseException as error:
        return "body caught " + failure(error)


@do
def answer(effect, k):
    return (yield vm.Resume(k, effect.key))


@do
def returns(value):
    return value
    yield


go("plain function", guarded(do(stops)()))
go("Apply", guarded(vm.Apply(vm.Pure(vm.Callable(stops)), [])))
go("handler call", vm.WithHandler(stops, body()))
go("observer", vm.WithHandler(answer, vm.WithObserve(vm.Callable(stops), body())))
for value in ((1, 2), (), (1,), StopIteration(3), ValueError("v"), StopIteration, None):
    go(f"returned {value!r}", returns(value))
    go(f"resumed {value!r}", vm.WithHandler(answer, guarded(Ask(value))))
