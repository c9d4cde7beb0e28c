"""GetTraceback and GetExecutionContext: the entries, from clauses, programs and calls."""

from _kit import Ask, clean, do, go, say, vm


def inner_plain():
    yield Ask("a")


@do
def leaf():
    return (yield Ask("a"))


@do
def middle():
    got = yield leaf()
    return got


@do
def top():
    return (yield from middle())


@do
def report(effect, k):
    trace = yield vm.GetTraceback(k)
    say("  type", type(trace).__name__, [type(entry).__name__ for entry in trace])
    for entry in trace:
        say("  entry", clean(entry))
    context = yield vm.GetExecutionContext()
    say("  context type", type(context).__name__)
    for entry in context:
        say("  context", clean(entry))
    return (yield vm.Resume(k, 1))


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def context():
    for entry in (yield vm.GetExecutionContext()):
        say("  context", clean(entry))


@do
def deeper():
    return (yield context())


go("direct", vm.WithHandler(report, leaf()))
go("calls", vm.WithHandler(report, top()))
go("through a passing handler", vm.WithHandler(report, vm.WithHandler(passing, middle())))
go("observer", vm.WithHandler(report, vm.WithObserve(vm.Callable(lambda e: None), middle())))
go("effect as the body", vm.WithHandler(report, Ask("a")))
go("context alone", context())
go("context deeper", deeper())
go("context under handlers", vm.WithHandler(report, vm.WithHandler(passing, deeper())))
go("stream", vm.WithHandler(report, vm.Expand(vm.Pure(vm.IRStream(inner_plain())))))
builtin = vm.Call(vm.DoFunction(inner_plain, [], True), (), {})
go("other call", vm.WithHandler(report, builtin))
