"""The patterns of doeff's handlers: run a program under the handlers captured from k."""

from _kit import Ask, Tell, do, go, say, vm


class Attempt(vm.EffectBase):
    def __init__(self, program):
        self.program = program


class Local(vm.EffectBase):
    def __init__(self, key, program):
        self.key = key
        self.program = program


class Listen(vm.EffectBase):
    def __init__(self, program):
        self.program = program


def wrap(program, handlers):
    for handler in handlers:
        program = vm.WithHandler(handler, program)
    return program


@do
def attempt_handler(effect: Attempt, k):
    handlers = (yield vm.GetHandlers(k))[:-1]
    try:
        result = vm.Ok((yield wrap(effect.program, handlers)))
    except Exception as error:
        result = vm.Err(error)
    return (yield vm.Resume(k, result))


@do
def local_handler(effect: Local, k):
    handlers = (yield vm.GetHandlers(k))[:-1]

    @do
    def overriding(inner: Ask, inner_k):
        if inner.key == effect.key:
            return (yield vm.Resume(inner_k, "local"))
        return (yield vm.Pass(inner, inner_k))

    result = yield vm.WithHandler(overriding, wrap(effect.program, handlers))
    return (yield vm.Resume(k, result))


@do
def listen_handler(effect: Listen, k):
    heard = []
    boundaries = (yield vm.GetBoundaries(k))[:-1]
    program = vm.WithBoundaries(
        [(kind, vm.Callable(item) if kind == "observer" else item) for kind, item in boundaries],
        effect.program,
    )
    got = yield vm.WithObserve(vm.Callable(lambda e: heard.append(repr(e))), program)
    return (yield vm.Resume(k, (got, heard)))


@do
def reader(effect: Ask, k):
    return (yield vm.Resume(k, f"read {effect.key}"))


@do
def writer(effect: Tell, k):
    say("  told", effect.text)
    return (yield vm.Resume(k, None))


@do
def failing():
    yield Tell("before failing")
    raise ValueError("failed")


@do
def reading():
    return [(yield Ask("a")), (yield Ask("b"))]


@do
def main():
    first = yield Attempt(failing())
    second = yield Attempt(reading())
    third = yield Local("a", reading())
    fourth = yield Listen(reading())
    fifth = yield Attempt(Attempt(Local("b", reading())))
    return [first, second, third, fourth, fifth]


stack = (reader, writer, attempt_handler, local_handler, listen_handler)
go("inner readers", wrap(main(), stack))
go("outer readers", wrap(main(), stack[::-1]))
