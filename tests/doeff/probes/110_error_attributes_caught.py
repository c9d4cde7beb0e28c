"""Which attributes an error has where it is caught inside the run, past handlers and clauses."""

from _kit import Ask, do, say, vm


@do
def failing():
    raise ValueError("x")
    yield


@do
def failing_after_ask():
    yield Ask("a")
    raise ValueError("x")


@do
def catching(label, program):
    try:
        return (yield program)
    except BaseException as error:
        say(label, type(error).__name__, vars(error))


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def transfer(effect, k):
    yield vm.Transfer(k, 1)


@do
def raising(effect, k):
    raise LookupError("clause")
    yield


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, KeyError("t")))


@do
def late(effect, k):
    yield vm.Resume(k, 1)
    raise LookupError("late")


@do
def catching_clause(effect, k):
    return (yield catching("in the clause", vm.Resume(k, 1)))


@do
def nested_run():
    vm.PyVM().run(failing())
    yield


@do
def ask():
    return (yield Ask("a"))


PROGRAMS = {
    "call": failing(),
    "past a handler": vm.WithHandler(answer, failing()),
    "past a used handler": vm.WithHandler(answer, failing_after_ask()),
    "past a transfer": vm.WithHandler(transfer, failing_after_ask()),
    "past an observer": vm.WithObserve(vm.Callable(repr), failing()),
    "clause raises": vm.WithHandler(raising, ask()),
    "clause throws": vm.WithHandler(throwing, ask()),
    "clause raises late": vm.WithHandler(late, ask()),
    "clause catches": vm.WithHandler(catching_clause, failing_after_ask()),
    "unhandled": ask(),
    "unhandled past a handler": vm.WithHandler(answer, vm.WithHandler(late, failing())),
    "nested run": nested_run(),
    "not a program": vm.Expand(3),
}
for label, program in PROGRAMS.items():
    vm.PyVM().run(catching(label, program))
