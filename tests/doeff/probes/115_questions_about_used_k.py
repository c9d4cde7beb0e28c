"""Questions about used, finished and foreign continuations, caught and uncaught."""

from _kit import Ask, do, failure, go, vm

KEPT = []


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


@do
def use(effect, k):
    KEPT.append(k)
    return (yield vm.Resume(k, 1))


@do
def guarded(node):
    try:
        got = yield node
    except Exception as error:
        return "caught " + failure(error)
    return [getattr(item, "__name__", item) for item in got]


@do
def body():
    return (yield Ask("a"))


go("use", vm.WithHandler(use, body()))
used = KEPT.pop()
go("keep", vm.WithHandler(keep, body()))
kept = KEPT.pop()
for question in (vm.GetHandlers, vm.GetBoundaries, vm.GetTraceback):
    go(f"{question.__name__} used", question(used))
    go(f"{question.__name__} used, guarded", guarded(question(used)))
    go(f"{question.__name__} kept, guarded", guarded(question(kept)))


@do
def letting(node):
    return (yield node)


go("through a program", letting(vm.GetHandlers(used)))
