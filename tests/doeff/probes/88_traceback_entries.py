"""The entries of __doeff_traceback__: order, counts of repeated frames, lambdas and evals."""

from _kit import Ask, clean, do, say, vm


@do
def fail():
    raise ValueError("x")
    yield


@do
def again(left):
    if left:
        return (yield again(left - 1))
    return (yield fail())


@do
def ping(left):
    if left == 0:
        return (yield fail())
    return (yield pong(left - 1))


@do
def pong(left):
    return (yield ping(left))


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def asks_then_fails():
    yield Ask("a")
    yield fail()


@do
def in_clause(effect, k):
    yield fail()


@do
def ask():
    return (yield Ask("a"))


evaluated = {}
exec(
    "def stepping():\n    yield vm.Pure(1)\n    raise ValueError('evaluated')\n",
    {"vm": vm},
    evaluated,
)
PROGRAMS = {
    "repeated": again(4),
    "once": again(0),
    "twice": again(1),
    "ping pong": ping(3),
    "resumed": vm.WithHandler(answer, asks_then_fails()),
    "two handlers": vm.WithHandler(answer, vm.WithHandler(passing, again(2))),
    "resumed under two": vm.WithHandler(answer, vm.WithHandler(passing, asks_then_fails())),
    "clause": vm.WithHandler(in_clause, ask()),
    "clause under a handler": vm.WithHandler(answer, vm.WithHandler(in_clause, ask())),
    "observer": vm.WithObserve(vm.Callable(repr), again(0)),
    "evaluated": do(evaluated["stepping"])(),
    "lambda": do(lambda: (yield fail()))(),
    "generator expression": vm.Expand(vm.Pure(vm.IRStream(x for x in [fail()]))),
    "plain function": do(lambda: 1 // 0)(),
    "Apply": vm.Apply(vm.Pure(vm.Callable(lambda: 1 // 0)), []),
}
for label, program in PROGRAMS.items():
    try:
        vm.PyVM().run(program)
    except Exception as error:
        say(label)
        for entry in getattr(error, "__doeff_traceback__", ["none"]):
            say("  ", clean(entry))
