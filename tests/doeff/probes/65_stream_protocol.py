"""IRStream drives any object with send, throw and close: which are called, and when."""

from _kit import Ask, do, go, say, vm


class Steps:
    """A hand-made stream that prints each call."""

    def __init__(self, *items, result="result"):
        self.items = list(items)
        self.result = result

    def step(self):
        if self.items:
            item = self.items.pop(0)
            if isinstance(item, BaseException):
                raise item
            return item
        raise StopIteration(self.result)

    def __next__(self):
        say("  next")
        return self.step()

    def __iter__(self):
        say("  iter")
        return self

    def send(self, value):
        say("  send", value)
        return self.step()

    def throw(self, *arguments):
        say("  throw", *(repr(argument) for argument in arguments))
        return self.step()

    def close(self):
        say("  close")


class OnlySend:
    def __init__(self, *items):
        self.items = list(items)

    def send(self, value):
        if self.items:
            return self.items.pop(0)
        raise StopIteration


@do
def answer(effect, k):
    return (yield vm.Resume(k, f"answer {effect.key}"))


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, ValueError("thrown")))


@do
def drop(effect, k):
    return "dropped"
    yield


@do
def failing():
    raise LookupError("failing")
    yield


@do
def context():
    for entry in (yield vm.GetExecutionContext()):
        say("  context", entry)


def stream(*items, **keywords):
    return vm.Expand(vm.Pure(vm.IRStream(Steps(*items, **keywords))))


go("empty", stream())
go("values", stream(vm.Pure(1), vm.Pure(2)))
go("effects", vm.WithHandler(answer, stream(Ask("a"))))
go("thrown into", vm.WithHandler(throwing, stream(Ask("a"))))
go("failing program", stream(failing()))
go("not a program", stream(3))
go("raising", stream(ValueError("own")))
go("dropped", vm.WithHandler(drop, stream(Ask("a"))))
go("tail", stream(vm.TailEval(vm.Pure("tail"))))
go("context", stream(context()))
go("only send", vm.Expand(vm.Pure(vm.IRStream(OnlySend(vm.Pure(1))))))
go("only send, failing", vm.Expand(vm.Pure(vm.IRStream(OnlySend(failing())))))
go("only send, dropped", vm.WithHandler(drop, vm.Expand(vm.Pure(vm.IRStream(OnlySend(Ask("a")))))))
go("result None", stream(result=None))
go("result a program", stream(result=vm.Pure(1)))
