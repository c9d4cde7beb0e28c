"""TailEval: ends the generator that yields it; in clauses, programs and loops."""

from _kit import Ask, do, go, say, vm


@do
def work(value):
    got = yield vm.Pure(value)
    return f"work {got}"


@do
def failing():
    raise ValueError("failing")
    yield


@do
def tail(node):
    try:
        got = yield vm.TailEval(node)
        say("  went on", got)
        return "went on"
    except BaseException as error:
        say("  tail caught", type(error).__name__)
        raise
    finally:
        say("  tail finally")


@do
def caller(program):
    try:
        got = yield program
    except ValueError as error:
        return f"caller caught {error}"
    return f"caller got {got}"


@do
def clause(effect, k):
    yield vm.TailEval(resume(k))
    say("  never")


@do
def resume(k):
    return (yield vm.Resume(k, "tail"))


@do
def body():
    return (yield Ask("a"))


go("program", caller(tail(work(1))))
go("pure", caller(tail(vm.Pure(2))))
go("failing", caller(tail(failing())))
go("effect", vm.WithHandler(clause, caller(tail(Ask("a")))))
go("clause", vm.WithHandler(clause, body()))
go("not a program", caller(tail(3)))
go("alone", vm.TailEval(work(3)))


@do
def countdown(left):
    if left:
        yield vm.TailEval(countdown(left - 1))
    return "down"


go("loop", countdown(20000))


@do
def plain_function():
    return vm.TailEval(vm.Pure(1))


go("returned, not yielded", caller(plain_function()))
go("nested", caller(tail(vm.TailEval(work(4)))))
go("of a handler node", caller(tail(vm.WithHandler(clause, body()))))


@do
def transfers(effect, k):
    yield vm.TailEval(vm.Transfer(k, "moved"))


go("of a transfer", vm.WithHandler(transfers, body()))
