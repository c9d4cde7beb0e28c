"""Transfers between continuations, as a scheduler does: ready queues inside one run."""

from _kit import Ask, Tell, do, go, say, vm


class Fork(vm.EffectBase):
    def __init__(self, program):
        self.program = program


class Pause(vm.EffectBase):
    pass


def scheduler():
    ready = []
    results = []

    @do
    def finish(program):
        results.append((yield program))
        if ready:
            yield vm.Transfer(ready.pop(0), None)
        return results

    @do
    def schedule(effect, k):
        if isinstance(effect, Pause):
            ready.append(k)
            yield vm.Transfer(ready.pop(0), None)
        elif isinstance(effect, Fork):
            ready.append(k)
            return (yield vm.TailEval(vm.WithHandler(schedule, finish(effect.program))))
        else:
            yield vm.Pass(effect, k)

    return lambda program: vm.WithHandler(schedule, finish(program))


@do
def worker(name, rounds):
    for index in range(rounds):
        say("  ", name, index)
        yield Pause()
    got = yield Ask(name)
    return got


@do
def main():
    yield Fork(worker("a", 2))
    yield Fork(worker("b", 3))
    for index in range(2):
        say("   main", index)
        yield Pause()
    return "main"


@do
def answer(effect: Ask, k):
    return (yield vm.Resume(k, f"answer {effect.key}"))


go("tasks", vm.WithHandler(answer, scheduler()(main())))

STORED = {}


@do
def store(effect, k):
    STORED[effect.key] = k
    return f"stored {effect.key}"
    yield


@do
def switch(effect, k):
    say("  switching to", effect.text)
    got = yield vm.Resume(STORED.pop(effect.text), "resumed elsewhere")
    say("  other ended with", got)
    return (yield vm.Resume(k, got))


@do
def first():
    got = yield Ask("one")
    return f"first {got}"


@do
def both():
    stored = yield vm.WithHandler(store, first())
    got = yield Tell("one")
    return stored, got


go("resume another", vm.WithHandler(switch, both()))


@do
def jump(effect, k):
    yield vm.Transfer(STORED.pop(effect.text), "jumped")


go("transfer to another", vm.WithHandler(jump, both()))


@do
def from_program():
    stored = yield vm.WithHandler(store, first())
    got = yield vm.Resume(STORED.pop("one"), "from a program")
    return stored, got


go("resume from a program", from_program())


@do
def transfer_from_program():
    yield vm.WithHandler(store, first())
    got = yield vm.Transfer(STORED.pop("one"), "moved")
    say("  never", got)


@do
def caller(program):
    return "caller", (yield program)


go("transfer from a program", caller(transfer_from_program()))


@do
def throw_from_program():
    yield vm.WithHandler(store, first())
    try:
        yield vm.ResumeThrow(STORED.pop("one"), ValueError("thrown"))
    except ValueError as error:
        return f"came back {error}"


go("throw from a program", caller(throw_from_program()))


@do
def pass_from_program():
    yield vm.WithHandler(store, first())
    return (yield vm.Pass(Ask("one"), STORED.pop("one")))


go("pass from a program", vm.WithHandler(answer, caller(pass_from_program())))
