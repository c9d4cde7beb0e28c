"""Control node classes as handlers: calling them with (effect, k) makes a node that runs."""

from _kit import Ask, do, go, vm


@do
def body():
    try:
        return (yield Ask("a"))
    except Exception as error:
        return f"caught {type(error).__name__}"


@do
def outer(effect, k):
    return (yield vm.Resume(k, "outer"))


for cls in (vm.Pass, vm.Resume, vm.Apply, vm.Ok, vm.WithHandler, vm.Pure, vm.UnhandledEffect):
    go(cls.__name__, vm.WithHandler(outer, vm.WithHandler(cls, body())))
