"""GetHandlers, GetBoundaries and GetOuterHandlers from clauses and from programs."""

from _kit import Ask, Tell, do, go, say, vm


def names(found):
    if isinstance(found, list):
        return [names(item) for item in found]
    if isinstance(found, tuple):
        return tuple(names(item) for item in found)
    if isinstance(found, str):
        return found
    return getattr(found, "__name__", type(found).__name__)


@do
def reporting(effect, k):
    say("  handlers", names((yield vm.GetHandlers(k))))
    say("  boundaries", names((yield vm.GetBoundaries(k))))
    say("  outer", names((yield vm.GetOuterHandlers())))
    say("  types", type((yield vm.GetHandlers(k))), type((yield vm.GetBoundaries(k))))
    return (yield vm.Resume(k, 1))


@do
def passing(effect, k):
    say("  passing: handlers", names((yield vm.GetHandlers(k))))
    say("  passing: boundaries", names((yield vm.GetBoundaries(k))))
    say("  passing: outer", names((yield vm.GetOuterHandlers())))
    return (yield vm.Pass(effect, k))


@do
def tell_only(effect: Tell, k):
    return (yield vm.Resume(k, 2))


@do
def outermost(effect, k):
    return (yield vm.Resume(k, 3))


@do
def body():
    say("  program: outer", names((yield vm.GetOuterHandlers())))
    got = yield Ask("a")
    say("  program after: outer", names((yield vm.GetOuterHandlers())))
    return got


def observer(effect):
    return None


def stack(program, *boundaries):
    for boundary in boundaries:
        if isinstance(boundary, vm.Callable):
            program = vm.WithObserve(boundary, program)
        else:
            program = vm.WithHandler(boundary, program)
    return program


watch = vm.Callable(observer)
go("one", stack(body(), reporting))
go("inner typed", stack(body(), tell_only, reporting, outermost))
go("observers", stack(body(), watch, tell_only, watch, reporting, watch, outermost))
go("passing", stack(body(), tell_only, passing, watch, reporting, outermost))
go("the same twice", stack(body(), tell_only, tell_only, reporting))


@do
def identity(effect, k):
    found = yield vm.GetHandlers(k)
    bounds = yield vm.GetBoundaries(k)
    say("  same objects", found[0] is tell_only, found[-1] is identity)
    say("  observer kept as", [names(b) for b in bounds if b[0] == "observer"])
    say("  is the function", any(b[1] is observer for b in bounds))
    return (yield vm.Resume(k, 0))


go("identity", stack(body(), watch, tell_only, identity))


@do
def after_nested(effect, k):
    def nested(effect, k2):
        return vm.Resume(k2, "nested")

    inner = yield vm.WithHandler(nested, inside(k))
    return (yield vm.Resume(k, inner))


@do
def inside(k):
    say("  nested: outer", names((yield vm.GetOuterHandlers())))
    say("  nested: handlers of k", names((yield vm.GetHandlers(k))))
    return (yield Ask("b"))


go("clause installs one", stack(body(), after_nested, outermost))
go("as the program", vm.GetOuterHandlers())
