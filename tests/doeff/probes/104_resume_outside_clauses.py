"""Control nodes outside any clause: what a plain program gets when it yields them."""

from _kit import Ask, do, failure, go, say, vm

HELD = []


@do
def hold(effect, k):
    HELD.append(k)
    return "held"
    yield


@do
def asking():
    try:
        got = yield Ask("a")
        return f"asking {got}"
    except ValueError as error:
        return f"asking caught {error}"
    finally:
        say("  asking finally")


@do
def program(make):
    yield vm.WithHandler(hold, asking())
    try:
        got = yield make(HELD.pop())
    except BaseException as error:
        got = "caught " + failure(error)
    say("  program goes on with", got)
    return "program"


@do
def outer(effect, k):
    return (yield vm.Resume(k, "outer"))


@do
def around(inner):
    got = yield inner
    return f"around {got}"


MAKERS = {
    "Resume": lambda k: vm.Resume(k, 1),
    "Transfer": lambda k: vm.Transfer(k, 1),
    "ResumeThrow": lambda k: vm.ResumeThrow(k, ValueError("x")),
    "TransferThrow": lambda k: vm.TransferThrow(k, ValueError("x")),
    "Pass": lambda k: vm.Pass(Ask("b"), k),
    "GetHandlers": vm.GetHandlers,
    "drop": lambda k: vm.Pure("dropped"),
    "TailEval of Resume": lambda k: vm.TailEval(vm.Resume(k, 1)),
    "WithHandler around Resume": lambda k: vm.WithHandler(outer, vm.Resume(k, 1)),
}
for label, make in MAKERS.items():
    try:
        result = vm.PyVM().run(around(vm.WithHandler(outer, around(program(make)))))
    except BaseException as error:
        result = failure(error)
    go(label, vm.Pure(result))
