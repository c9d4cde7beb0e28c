"""The context and places of an unhandled effect's error, and passing on what is no effect."""

from _kit import Ask, do, failure, say, vm
from doeff import handler, run


class Other(vm.EffectBase):
    def __repr__(self):
        return "Other()"


@handler
def other(effect: Other, k):
    return (yield vm.Resume(k, 1))


@handler
def staying(effect: Other, k):
    result = yield vm.Resume(k, 1)
    return result


@handler
def forward(effect, k):
    yield vm.Pass(effect, k)


@handler
def answer(effect, k):
    return (yield vm.Resume(k, effect))


@do
def inner():
    return (yield Ask("a"))


@do
def outer():
    return (yield other(inner()))


@do
def two():
    yield Other()
    return (yield outer())


@do
def failing():
    raise ValueError("x")
    yield


@do
def wrong():
    return (yield 5)


@do
def catching():
    try:
        return (yield Ask("a"))
    except Exception as error:
        say("  inside:", repr(error.__context__))
        raise


@do
def running():
    try:
        raise LookupError("in a program")
    except LookupError:
        run(inner())
    yield


def observed(program):
    return vm.WithObserve(vm.Callable(lambda effect: None), program)


for name, make in {
    "inner": inner,
    "effect": lambda: Ask("a"),
    "failing": failing,
    "wrong": wrong,
    "catching": catching,
    "running": running,
}.items():
    for start in (run, vm.PyVM().run):
        try:
            try:
                raise KeyError("outer")
            except KeyError:
                start(make())
        except Exception as error:
            say(name, type(error).__name__, "context", repr(error.__context__))

for name, make in {
    "outer": outer,
    "observed outer": lambda: observed(outer()),
    "observed staying": lambda: observed(staying(two())),
    "staying observed": lambda: staying(observed(two())),
    "observed twice": lambda: observed(observed(staying(observed(two())))),
    "boundaries": lambda: vm.WithBoundaries(
        [("handler", other), ("observer", vm.Callable(lambda effect: None))], inner()
    ),
    "passed 5": lambda: answer(forward(vm.Perform(5))),
    "passed None": lambda: answer(forward(vm.Perform(None))),
    "passed on 5": lambda: forward(vm.Perform(5)),
}.items():
    try:
        say(name, "=", repr(run(make())))
    except Exception as error:
        say(name, "!", failure(error))
        say("  ", [entry[:2] for entry in getattr(error, "__doeff_traceback__", [])])
