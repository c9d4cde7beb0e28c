"""Pass: the same k, its use afterwards, what is closed, and errors that come back."""

from _kit import Ask, do, failure, go, say, vm

SEEN = []


@do
def passing(effect, k):
    SEEN.append(k)
    try:
        got = yield vm.Pass(effect, k)
        say("  passing got", got)
        return f"passing({got})"
    except BaseException as error:
        say("  passing caught", type(error).__name__)
        raise
    finally:
        say("  passing finally")


@do
def bare_pass(effect, k):
    SEEN.append(k)
    yield vm.Pass(effect, k)


@do
def outer(effect, k):
    SEEN.append(k)
    say("  same k", SEEN[-1] is SEEN[-2], "inner:", SEEN[-2])
    return (yield vm.Resume(k, "outer"))


@do
def outer_throws(effect, k):
    return (yield vm.ResumeThrow(k, ValueError("thrown")))


@do
def outer_raises(effect, k):
    raise LookupError("raised")
    yield


@do
def outer_drops(effect, k):
    return "dropped"
    yield


@do
def outer_uses_both(effect, k):
    got = yield vm.Resume(SEEN[-1], "by the inner k")
    say("  inner k gave", got)
    return got


@do
def body():
    try:
        return (yield Ask("a"))
    except BaseException as error:
        return "body caught " + failure(error)


for handler in (outer, outer_throws, outer_raises, outer_drops, outer_uses_both):
    say(handler.__name__)
    go("  with finally", vm.WithHandler(handler, vm.WithHandler(passing, body())))
    go("  bare", vm.WithHandler(handler, vm.WithHandler(bare_pass, body())))
go("nobody", vm.WithHandler(passing, body()))
returned = vm.WithHandler(lambda effect, k: vm.Pass(k=k, effect=effect), body())
go("returned", vm.WithHandler(outer, returned))
