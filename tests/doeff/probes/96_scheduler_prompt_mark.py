"""A handler marked as a scheduler's prompt, as doeff's Python scheduler marks its own."""

from _kit import Ask, clean, do, go, say, vm


def scheduler(effect, k):
    return vm.Resume(k, "scheduled")


scheduler.__doeff_scheduler_prompt__ = True


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def asks():
    say("  context", clean((yield vm.GetExecutionContext())))
    return (yield Ask("a"))


@do
def look(effect, k):
    names = [handler.__name__ for handler in (yield vm.GetHandlers(k))]
    kinds = [(kind, item.__name__) for kind, item in (yield vm.GetBoundaries(k))]
    outer = [handler.__name__ for handler in (yield vm.GetOuterHandlers())]
    say("  ", names, kinds, outer)
    return (yield vm.Resume(k, "looked"))


@do
def fails():
    yield Ask("a")
    raise ValueError("x")


def refuses(effect, k):
    return vm.Pass(effect, k)


refuses.__doeff_scheduler_prompt__ = True
go("handled", vm.WithHandler(scheduler, asks()))
go("inside", vm.WithHandler(look, vm.WithHandler(refuses, vm.WithHandler(passing, asks()))))
go("outside", vm.WithHandler(scheduler, vm.WithHandler(look, asks())))
error = go("failing", vm.WithHandler(scheduler, vm.WithHandler(passing, fails())))
say(clean(error.__doeff_traceback__))
go("unhandled", vm.WithHandler(refuses, asks()))
