"""TailEval ends one generator: the one that yields it, not those that called it."""

from _kit import Ask, do, go, say, vm


@do
def level(name, program):
    try:
        got = yield program
        return f"{name}({got})"
    finally:
        say("  finally", name)


@do
def tail(program):
    yield vm.TailEval(program)


@do
def tail_in_level(program):
    got = yield level("in", tail(program))
    return f"out({got})"


@do
def answer(effect, k):
    got = yield level("clause", tail(vm.Resume(k, 1)))
    return f"answer({got})"


@do
def pass_in_level(effect, k):
    got = yield level("passing", hand_on(effect, k))
    return f"passed({got})"


@do
def hand_on(effect, k):
    yield vm.Pass(effect, k)


@do
def transfer_in_level(effect, k):
    got = yield level("moving", move(k))
    return f"moved({got})"


@do
def move(k):
    yield vm.Transfer(k, "moved")


go("program", tail_in_level(vm.Pure(1)))
go("clause", vm.WithHandler(answer, level("body", Ask("a"))))
go("pass", vm.WithHandler(answer, vm.WithHandler(pass_in_level, level("body", Ask("a")))))
go("transfer", vm.WithHandler(transfer_in_level, level("body", Ask("a"))))
go("double", level("a", level("b", tail(vm.TailEval(vm.Pure(1))))))


@do
def delegating():
    got = yield from vm.TailEval(vm.Pure("given"))
    say("  never", got)


go("yield from", level("a", delegating()))
