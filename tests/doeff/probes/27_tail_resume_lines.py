"""What the marked tail lines change: when the clause's locals and finally run."""

import inspect
import weakref

from _kit import Ask, do, go, say, vm


class Big:
    pass


STATE = {}


@do
def body():
    got = yield Ask("a")
    big = STATE["big"]()
    say("  clause's local alive in the body:", big is not None)
    return got


def clause(effect, k):
    local = Big()
    STATE["big"] = weakref.ref(local)
    return (yield vm.Resume(k, 1))


def clause_throw(effect, k):
    local = Big()
    STATE["big"] = weakref.ref(local)
    return (yield vm.ResumeThrow(k, ValueError("x")))


def clause_using_result(effect, k):
    local = Big()
    STATE["big"] = weakref.ref(local)
    got = yield vm.Resume(k, 1)
    return f"{got} more"


def clause_transfer(effect, k):
    local = Big()
    STATE["big"] = weakref.ref(local)
    yield vm.Transfer(k, 1)


@do
def catching():
    try:
        yield Ask("a")
    except ValueError:
        say("  clause's local alive in the body:", STATE["big"]() is not None)
    return "caught"


def line_of(function, text):
    lines, start = inspect.getsourcelines(function)
    return next(start + index for index, line in enumerate(lines) if text in line)


go("no lines", vm.WithHandler(do(clause), body()))
lines = (line_of(clause, "yield"),)
go("lines", vm.WithHandler(do(clause, lines=lines), body()))
lines = (line_of(clause_throw, "yield"),)
go("throw lines", vm.WithHandler(do(clause_throw, lines=lines), catching()))
go("throw no lines", vm.WithHandler(do(clause_throw), catching()))
lines = (line_of(clause_using_result, "yield"),)
go("wrongly marked", vm.WithHandler(do(clause_using_result, lines=lines), body()))
go("transfer", vm.WithHandler(do(clause_transfer), body()))


def called(effect, k):
    return vm.Call(vm.DoFunction(clause, [line_of(clause, "yield")], True), (effect, k), {})


go("call with lines", vm.WithHandler(called, body()))


def streamed(effect, k):
    stream = vm.IRStream(clause(effect, k), [line_of(clause, "yield")])
    return vm.Expand(vm.Pure(stream))


go("stream with lines", vm.WithHandler(streamed, body()))


def clause_finally(effect, k):
    try:
        return (yield vm.Resume(k, 1))
    finally:
        say("  clause's finally")


lines = (line_of(clause_finally, "yield"),)
STATE["big"] = lambda: None
go("finally marked", vm.WithHandler(do(clause_finally, lines=lines), body()))
go("finally not marked", vm.WithHandler(do(clause_finally), body()))
