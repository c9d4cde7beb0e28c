"""Handlers whose programs are expanded streams, as the decorator of doeff 0.4 makes them."""

from _kit import Ask, Tell, go, say, vm


def do(function):
    """As doeff 0.4: a call of the function gives an Expand of a Callable's stream."""

    def build(*arguments):
        thunk = vm.Callable(lambda: vm.IRStream(function(*arguments), ()))
        return vm.Expand(vm.Apply(vm.Pure(thunk), []))

    return build


ERROR = KeyError("thrown")
ENDS = {
    "resume": lambda k: vm.Resume(k, 1),
    "transfer": lambda k: vm.Transfer(k, 1),
    "resume throw": lambda k: vm.ResumeThrow(k, ERROR),
    "transfer throw": lambda k: vm.TransferThrow(k, ERROR),
}


@do
def other():
    try:
        yield Tell("done")
    except Exception as error:
        say("  other caught", repr(error))
        raise


def program(end, catching):
    """`main` waits until `other`, which the handler starts in its place, is done."""
    waiting = []

    @do
    def main():
        try:
            return (yield Ask("wait"))
        except KeyError:
            if catching:
                return "caught"
            raise

    @do
    def handler(effect, k):
        if isinstance(effect, Ask):
            waiting.append(k)
            yield vm.TailEval(vm.WithHandler(handler, other()))
        else:
            yield vm.TailEval(end(waiting.pop()))

    return vm.WithHandler(handler, main())


for name, end in ENDS.items():
    go(name, program(end, catching=False))
    go(f"{name}, caught", program(end, catching=True))


@do
def answering(effect, k):
    say("  answers", effect)
    got = yield vm.Resume(k, "answer")
    say("  got", got)
    return ("wrapped", got)


@do
def transferring(effect, k):
    return (yield vm.Transfer(k, "transferred"))


@do
def passing(effect, k):
    yield vm.Pass(effect, k)


@do
def failing(effect, k):
    yield from ()
    raise ValueError("handler")


@do
def body():
    try:
        return (yield Ask("question"))
    except ValueError as error:
        return f"caught {error}"
    finally:
        say("  body ends")


go("answering", vm.WithHandler(answering, body()))
go("transferring", vm.WithHandler(transferring, body()))
go("passing", vm.WithHandler(answering, vm.WithHandler(passing, body())))
go("failing", vm.WithHandler(failing, body()))
go("unhandled", vm.WithHandler(passing, body()))
