"""K as an object: identity, equality, hash, truth, missing methods, one per effect."""

from _kit import Ask, do, go, say, show, vm

SEEN = []


@do
def look(effect, k):
    SEEN.append(k)
    say("  hash", hash(k) == hash(k), "eq", k in [k], bool(k), isinstance(k, vm.K))
    for name in ("used", "close", "resume", "value", "__call__", "__iter__", "__next__"):
        say("  has", name, hasattr(k, name))
    show("  set", lambda: setattr(k, "x", 1))
    show("  call", lambda: k(1))
    show("  iter", lambda: iter(k))
    show("  dict argument", lambda: k.to_dict(1))
    show("  lt", lambda: k < effect)
    say("  dir", [name for name in dir(k) if not name.startswith("_")])
    return (yield vm.Resume(k, 1))


@do
def yields_k(effect, k):
    return (yield k)


@do
def returns_k(effect, k):
    return k
    yield


@do
def body():
    return [(yield Ask("a")), (yield Ask("b"))]


go("look", vm.WithHandler(look, body()))
say("different", SEEN[0] is SEEN[1], SEEN[0] == SEEN[1], len(set(SEEN)))
go("yields k", vm.WithHandler(yields_k, body()))
go("returns k", vm.WithHandler(returns_k, body()))
show("run k", lambda: vm.PyVM().run(SEEN[0]))
show("name", lambda: (vm.K.__name__, vm.K.__qualname__, vm.K.__module__))
show("doc", lambda: bool(vm.K.__doc__))
