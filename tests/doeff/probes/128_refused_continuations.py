"""Something that is no continuation, or was used: the texts, made where a program yields."""

from _kit import Ask, Tell, do, failure, go, say, vm

NODES = {
    "Resume": lambda it: vm.Resume(it, 1),
    "Transfer": lambda it: vm.Transfer(it, 1),
    "ResumeThrow": lambda it: vm.ResumeThrow(it, ValueError()),
    "TransferThrow": lambda it: vm.TransferThrow(it, ValueError()),
    "Pass": lambda it: vm.Pass(Ask("a"), it),
    "GetHandlers": vm.GetHandlers,
    "GetBoundaries": vm.GetBoundaries,
    "GetTraceback": vm.GetTraceback,
}


@do
def ask():
    return (yield Ask("a"))


@do
def yields(make, it):
    return (yield make(it))


@do
def catches(make, it):
    try:
        return (yield make(it))
    except BaseException as error:
        return "caught " + failure(error)


for name, make in NODES.items():
    for it in (3, "k", Ask("a")):
        go(f"{name} {it}", yields(make, it))
        go(f"{name} {it} caught", catches(make, it))
        go(
            f"{name} {it} of a handler",
            vm.WithHandler(lambda effect, k, make=make, it=it: make(it), ask()),
        )

say("None")
for name in ("Resume", "Transfer", "ResumeThrow", "TransferThrow"):
    go(name, yields(NODES[name], None))

say("passed on after its use")


@do
def passing(effect: Ask, k):
    yield vm.Resume(k, 1)
    yield vm.Pass(effect, k)


@do
def accepting(effect: Ask, k):
    return (yield vm.Resume(k, 2))


@do
def other(effect: Tell, k):
    return (yield vm.Resume(k, 2))


go("no handler", vm.WithHandler(passing, ask()))
go("a handler", vm.WithHandler(accepting, vm.WithHandler(passing, ask())))
go("another handler", vm.WithHandler(other, vm.WithHandler(passing, ask())))
go(
    "an observer",
    vm.WithObserve(vm.Callable(lambda effect: None), vm.WithHandler(passing, ask())),
)
