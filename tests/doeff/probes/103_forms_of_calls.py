"""Keyword forms of constructors that programs use, and equality of nodes."""

from _kit import Ask, do, go, say, show, vm


@do
def handler(effect, k):
    return (yield vm.Resume(value=1, k=k))


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k=k, exception=ValueError("x")))


@do
def passing(effect, k):
    return (yield vm.Pass(k=k, effect=effect))


@do
def body():
    return (yield vm.Perform(effect=Ask("a")))


go("resume", vm.WithHandler(handler=handler, body=body()))
go("throw", vm.WithHandler(body=body(), handler=throwing))
go("pass", vm.WithHandler(handler, vm.WithHandler(passing, body())))
go("observe", vm.WithHandler(handler, vm.WithObserve(observer=vm.Callable(repr), body=body())))
go("boundaries", vm.WithBoundaries(boundaries=[("handler", handler)], body=body()))
go("apply", vm.Apply(f=vm.Pure(vm.Callable(len)), args=[vm.Pure("ab")]))
go("tail", vm.TailEval(expr=vm.Pure(1)))
go("expand", vm.Expand(expr=vm.Pure(vm.IRStream(generator=iter(())))))
show("continuation keyword", lambda: vm.Resume(continuation=None, value=1))
say("equal", vm.Pure(1) == vm.Pure(1), vm.Pure(1) != vm.Pure(1), vm.Ok(1) == vm.Ok(1))
node = vm.Pure([])
say("hash", hash(node) == hash(node), len({node, node}), node in [node])
