"""The second use of a continuation, by each node and from later programs."""

from _kit import Ask, do, failure, go, say, show, vm

KEPT = []


@do
def body():
    answer = yield Ask("a")
    say("body got", answer)
    return answer


@do
def use(node):
    try:
        got = yield node
    except BaseException as error:
        return "refused: " + failure(error)
    return f"got {got!r}"


@do
def twice(effect, k):
    KEPT.append(k)
    first = yield vm.Resume(k, 1)
    say("first", first)
    say("repr of the used k", k)
    for node in (
        vm.Resume(k, 2),
        vm.Transfer(k, 2),
        vm.ResumeThrow(k, ValueError("x")),
        vm.TransferThrow(k, ValueError("x")),
        vm.Pass(effect, k),
        vm.GetHandlers(k),
        vm.GetBoundaries(k),
        vm.GetTraceback(k),
    ):
        say(type(node).__name__, (yield use(node)))
    return "end"


@do
def twice_directly(effect, k):
    yield vm.Resume(k, 1)
    yield vm.Resume(k, 2)


@do
def transfer_twice(effect, k):
    yield vm.Resume(k, 1)
    yield vm.Transfer(k, 2)


go("within", vm.WithHandler(twice, body()))
go("uncaught resume", vm.WithHandler(twice_directly, body()))
go("uncaught transfer", vm.WithHandler(transfer_twice, body()))
go("later", use(vm.Resume(KEPT[0], 3)))
go("later, as the program", vm.Resume(KEPT[0], 3))


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


go("keep", vm.WithHandler(keep, body()))
go("unused k on a later VM", use(vm.Resume(KEPT[-1], "later")))
go("and again", use(vm.Resume(KEPT[-1], "later")))
go("keep", vm.WithHandler(keep, body()))
go("unused k as the program", vm.Resume(KEPT[-1], "later"))
go("keep", vm.WithHandler(keep, body()))
go("unused k transferred outside a handler", use(vm.Transfer(KEPT[-1], "later")))
go("keep", vm.WithHandler(keep, body()))
go("questions to an unused k", use(vm.GetHandlers(KEPT[-1])))
say("kept repr", KEPT[-1])
machine = vm.PyVM()
show("same VM, keep", lambda: machine.run(vm.WithHandler(keep, body())))
show("same VM, resume", lambda: machine.run(use(vm.Resume(KEPT[-1], "same"))))
