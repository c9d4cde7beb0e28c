"""Which attributes the VM reads of an effect, a program and an exception."""

from _kit import do, say, vm


class Logging(vm.EffectBase):
    """An effect that prints each attribute asked of it."""

    def __getattribute__(self, name):
        say("  asked", name)
        return object.__getattribute__(self, name)


class LoggingError(Exception):
    """An exception that prints each attribute asked of it or set on it."""

    def __getattribute__(self, name):
        say("  error asked", name)
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        say("  error set", name)
        super().__setattr__(name, value)


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def typed(effect: Logging, k):
    return (yield vm.Resume(k, 1))


@do
def body(effect):
    return (yield effect)


@do
def failing():
    raise LoggingError("x")
    yield


@do
def outer(program):
    return (yield program)


say("handled")
say("result", vm.PyVM().run(vm.WithHandler(answer, body(Logging()))))
say("typed handler")
say("result", vm.PyVM().run(vm.WithHandler(typed, body(Logging()))))
say("as the program")
say("result", vm.PyVM().run(vm.WithHandler(answer, Logging())))
say("unhandled")
try:
    vm.PyVM().run(body(Logging()))
except vm.UnhandledEffect as error:
    say("text", str(error).splitlines()[0])
say("exception")
try:
    vm.PyVM().run(outer(failing()))
except LoggingError as error:
    say("type", type(error).__name__)
    say("trace", object.__getattribute__(error, "__dict__").get("__doeff_traceback__"))
