"""Which attributes an exception has when it is caught, at each place, and when it leaves run."""

from _kit import Ask, do, failure, go, say, show, vm


def attributes(error):
    return sorted(vars(error)), getattr(error, "__doeff_traceback__", None)


@do
def failing():
    raise ValueError("x")
    yield


@do
def plain_failing():
    raise ValueError("plain")


@do
def catching(program):
    try:
        return (yield program)
    except Exception as error:
        say("  caught inside:", *attributes(error))
        raise


@do
def relay(program):
    return (yield program)


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def raising(effect, k):
    raise LookupError("clause")
    yield


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, KeyError("thrown")))


@do
def late(effect, k):
    got = yield vm.Resume(k, 1)
    raise LookupError(f"late {got}")


@do
def asking():
    return (yield Ask("a"))


@do
def failing_after_ask():
    yield Ask("a")
    raise ValueError("after")


PROGRAMS = {
    "direct": failing(),
    "relay": relay(failing()),
    "plain": relay(plain_failing()),
    "caught": relay(catching(relay(failing()))),
    "under a handler": vm.WithHandler(answer, relay(failing())),
    "after an effect": vm.WithHandler(answer, relay(failing_after_ask())),
    "clause raises": relay(vm.WithHandler(raising, relay(asking()))),
    "clause throws": relay(vm.WithHandler(throwing, relay(asking()))),
    "clause raises late": relay(vm.WithHandler(late, relay(asking()))),
    "caught, clause throws": vm.WithHandler(throwing, catching(asking())),
    "not a program": relay(vm.Expand(3)),
    "internal": relay(vm.Expand(vm.Pure(3))),
    "unhandled": relay(asking()),
}
for label, program in PROGRAMS.items():
    error = go(label, program)
    say("  outside:", *attributes(error))

kept = ValueError("reused")
kept.__doeff_traceback__ = ["mine"]


@do
def raise_kept():
    raise kept
    yield


error = go("already has one", raise_kept())
say("  ", attributes(error))
error = go("again", relay(raise_kept()))
say("  ", attributes(error))


class Refusing(Exception):
    def __setattr__(self, name, value):
        raise AttributeError("refused")


@do
def raise_it(error):
    raise error
    yield


error = go("refusing attributes", raise_it(Refusing("r")))
say(sorted(vars(error)))


def outer_run():
    @do
    def nested():
        vm.PyVM().run(relay(failing()))
        yield

    return relay(nested())


error = show("nested runs", lambda: vm.PyVM().run(outer_run()))
say("  outside:", *attributes(error))
say(failure(error))
