"""WithBoundaries reads its list when it runs; what a list changed since then brings."""

from _kit import Ask, do, go, vm


@do
def one(effect: Ask, k):
    return (yield vm.Resume(k, "one"))


@do
def two(effect: Ask, k):
    return (yield vm.Resume(k, "two"))


@do
def body():
    return (yield Ask("a"))


def changed(*entries):
    stack = [("handler", one)]
    node = vm.WithBoundaries(stack, body())
    stack[:] = entries
    return node


go("another handler", changed(("handler", two)))
go("emptied", changed())
go("int handler", changed(("handler", 3)))
go("unknown kind", changed(("other", one)))
go("not pairs", changed(5))
go(
    "node twice",
    vm.WithBoundaries([("handler", two)], vm.WithBoundaries([("handler", one)], body())),
)
