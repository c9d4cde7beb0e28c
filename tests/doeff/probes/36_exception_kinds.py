"""StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit and exception classes."""

from _kit import Ask, do, failure, go, vm


class Own(BaseException):
    pass


@do
def raising(error):
    raise error
    yield


@do
def plain_raising(error):
    raise error


@do
def catching(program):
    try:
        return (yield program)
    except BaseException as error:
        return "caught " + failure(error)


def throwing(node, exception):
    @do
    def clause(effect, k):
        return (yield node(k, exception))

    return clause


@do
def body():
    try:
        return (yield Ask("a"))
    except BaseException as error:
        return "body caught " + failure(error)


KINDS = {
    "StopIteration": StopIteration(7),
    "StopAsyncIteration": StopAsyncIteration(8),
    "GeneratorExit": GeneratorExit("g"),
    "KeyboardInterrupt": KeyboardInterrupt("i"),
    "SystemExit": SystemExit(3),
    "own BaseException": Own("o"),
    "group": ExceptionGroup("group", [ValueError(1)]),
}
for label, error in KINDS.items():
    go(f"{label} uncaught", raising(error))
    go(f"{label} caught", catching(raising(error)))
    go(f"{label} plain uncaught", plain_raising(error))
    go(f"{label} plain caught", catching(plain_raising(error)))
    go(
        f"{label} in a call handler",
        vm.WithHandler(lambda effect, k, e=error: (_ for _ in ()).throw(e), body()),
    )
    go(f"{label} thrown", vm.WithHandler(throwing(vm.ResumeThrow, error), body()))
    go(f"{label} transfer thrown", vm.WithHandler(throwing(vm.TransferThrow, error), body()))
    error.__traceback__ = error.__cause__ = error.__context__ = None
for value in (ValueError, KeyError, "text", None, 3, object, StopIteration):
    shown = getattr(value, "__name__", repr(value))
    go(f"throw {shown}", vm.WithHandler(throwing(vm.ResumeThrow, value), body()))
    go(f"transfer throw {shown}", vm.WithHandler(throwing(vm.TransferThrow, value), body()))


@do
def uncaught_body():
    return (yield Ask("a"))


for value in (ValueError, "text", None):
    go(f"uncaught throw {value}", vm.WithHandler(throwing(vm.ResumeThrow, value), uncaught_body()))
