"""Resume, transfer, throw, pass, hold, drop: the orders and results of each."""

from _kit import Ask, do, go, say, vm

HELD = []


@do
def body():
    say("body starts")
    try:
        answer = yield Ask("a")
    except Exception as error:
        say("body caught", repr(error))
        return f"recovered {error}"
    finally:
        say("body finally")
    say("body got", answer)
    return f"body {answer}"


@do
def resume(effect, k):
    result = yield vm.Resume(k, 1)
    say("after resume", result)
    return f"h({result})"


@do
def transfer(effect, k):
    say("transferring")
    result = yield vm.Transfer(k, 2)
    say("never", result)


@do
def resume_throw(effect, k):
    result = yield vm.ResumeThrow(k, ValueError("v"))
    say("after throw", result)
    return f"h({result})"


@do
def transfer_throw(effect, k):
    yield vm.TransferThrow(k, ValueError("v"))
    say("never")


@do
def passing(effect, k):
    got = yield vm.Pass(effect, k)
    say("never after pass", got)


@do
def outer(effect, k):
    say("outer sees", effect)
    result = yield vm.Resume(k, "outer")
    return f"outer({result})"


@do
def hold(effect, k):
    HELD.append(k)
    return "held"
    yield


@do
def drop(effect, k):
    say("dropping")
    return "dropped"
    yield


@do
def drop_after_work(effect, k):
    got = yield vm.Pure(3)
    return got


@do
def again(effect, k):
    got = yield Ask("again")
    return (yield vm.Resume(k, got))


go("resume", vm.WithHandler(resume, body()))
go("transfer", vm.WithHandler(transfer, body()))
go("resume throw", vm.WithHandler(resume_throw, body()))
go("transfer throw", vm.WithHandler(transfer_throw, body()))
go("pass", vm.WithHandler(outer, vm.WithHandler(passing, body())))
go("pass to nobody", vm.WithHandler(passing, body()))
go("hold", vm.WithHandler(hold, body()))
say("held", len(HELD))
HELD.clear()
say("released")
go("drop", vm.WithHandler(drop, body()))
go("drop after work", vm.WithHandler(drop_after_work, body()))
go("perform again outside", vm.WithHandler(outer, vm.WithHandler(again, body())))
go("perform again to nobody", vm.WithHandler(again, body()))
