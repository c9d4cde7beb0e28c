"""WithBoundaries: install a captured stack again; what the constructor and the VM refuse."""

from _kit import Ask, Tell, do, failure, go, say, show, vm


@do
def ask_one(effect: Ask, k):
    return (yield vm.Resume(k, "one"))


@do
def ask_two(effect: Ask, k):
    return (yield vm.Resume(k, "two"))


def watch(effect):
    say("  watch sees", effect)


@do
def body():
    return (yield Ask("a"))


@do
def guarded(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught " + failure(error)


WATCH = vm.Callable(watch)
go("empty", vm.WithBoundaries([], vm.Pure(1)))
go("empty tuple", vm.WithBoundaries((), vm.Pure(1)))
go("one", vm.WithBoundaries([("handler", ask_one)], body()))
go("innermost first", vm.WithBoundaries([("handler", ask_one), ("handler", ask_two)], body()))
go("observer inside", vm.WithBoundaries([("observer", WATCH), ("handler", ask_one)], body()))
go("observer outside", vm.WithBoundaries([("handler", ask_one), ("observer", WATCH)], body()))
go("observer function", vm.WithBoundaries([("observer", watch), ("handler", ask_one)], body()))
BAD = {
    "unknown kind": [("other", ask_one)],
    "kind int": [(1, ask_one)],
    "short": [("handler",)],
    "long": [("handler", ask_one, 1)],
    "list entry": [["handler", ask_one]],
    "not a pair": [ask_one],
    "handler int": [("handler", 3)],
    "handler Callable": [("handler", WATCH)],
    "observer int": [("observer", 3)],
    "None": None,
    "text": "handler",
    "generator": (pair for pair in [("handler", ask_one)]),
    "dict": {"handler": ask_one},
}
for label, boundaries in BAD.items():
    made = show(label, lambda b=boundaries: vm.WithBoundaries(b, body()))
    if isinstance(made, vm.WithBoundaries):
        go(f"{label} run", made)
        go(f"{label} guarded", guarded(vm.WithBoundaries(boundaries, body())))


@do
def capture(effect: Tell, k):
    found = yield vm.GetBoundaries(k)
    again = yield vm.WithBoundaries(found[:-1], body())
    return (yield vm.Resume(k, again))


@do
def telling():
    return (yield Tell("t"))


go("captured", vm.WithHandler(capture, vm.WithHandler(ask_one, vm.WithHandler(ask_two, telling()))))
go(
    "captured, one observer",
    vm.WithHandler(capture, vm.WithHandler(ask_one, vm.WithObserve(WATCH, telling()))),
)
stack = [("handler", ask_one)]
node = vm.WithBoundaries(stack, body())
say("same list", node.boundaries is stack)
stack.append(("handler", 3))
go("list changed later", node)
