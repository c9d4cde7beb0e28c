"""The frames of __traceback__ of errors, from bodies, clauses, calls and throws."""

from _kit import Ask, do, frames, say, vm


def helper():
    raise ValueError("helper")


@do
def failing():
    helper()
    yield


@do
def relay(program):
    return (yield program)


@do
def relay_from(program):
    return (yield from program)


@do
def rethrow(program):
    try:
        return (yield program)
    except ValueError:
        raise


@do
def chained(program):
    try:
        return (yield program)
    except ValueError as error:
        raise KeyError("chained") from error


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def transfer(effect, k):
    yield vm.Transfer(k, 1)


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, ValueError("thrown")))


@do
def transfer_throw(effect, k):
    yield vm.TransferThrow(k, ValueError("thrown"))


@do
def clause_raises(effect, k):
    helper()
    yield


def call_raises(effect, k):
    helper()


@do
def body():
    yield Ask("a")
    helper()


@do
def only_ask():
    return (yield Ask("a"))


PROGRAMS = {
    "failing": failing(),
    "relay": relay(failing()),
    "relay from": relay_from(failing()),
    "rethrow": rethrow(relay(failing())),
    "chained": chained(relay(failing())),
    "resumed": vm.WithHandler(answer, relay(body())),
    "transferred": vm.WithHandler(transfer, relay(body())),
    "thrown": vm.WithHandler(throwing, relay(only_ask())),
    "transfer thrown": vm.WithHandler(transfer_throw, relay(only_ask())),
    "clause raises": vm.WithHandler(clause_raises, relay(only_ask())),
    "call raises": vm.WithHandler(call_raises, relay(only_ask())),
    "unhandled": relay(only_ask()),
    "bad yield": relay(vm.Expand(3)),
    "apply": relay(vm.Apply(vm.Pure(vm.Callable(helper)), [])),
}
for label, program in PROGRAMS.items():
    try:
        vm.PyVM().run(program)
    except Exception as error:
        say(label, type(error).__name__, frames(error))
        if error.__cause__ is not None:
            say("  cause", frames(error.__cause__))
        if error.__context__ is not None:
            say("  context", frames(error.__context__))
