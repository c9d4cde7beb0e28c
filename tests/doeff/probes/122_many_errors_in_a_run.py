"""Thousands of errors raised and caught in one run, and errors crossing many handlers."""

from _kit import Ask, do, go, say, vm


@do
def fail(index):
    raise ValueError(index)
    yield


@do
def catching(count):
    total = 0
    for index in range(count):
        try:
            yield fail(index)
        except ValueError as error:
            total += error.args[0]
    return total


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def throwing(effect, k):
    yield vm.TransferThrow(k, KeyError(effect.key))


@do
def thrown(count):
    caught = 0
    for index in range(count):
        try:
            yield Ask(index)
        except KeyError:
            caught += 1
    return caught


@do
def ask_then_fail():
    yield Ask("a")
    raise ValueError("deep")


go("caught", catching(5000))
go("thrown", vm.WithHandler(throwing, thrown(5000)))
program = ask_then_fail()
for _ in range(300):
    program = vm.WithHandler(answer, program)
error = go("through many handlers", program)
say(error.__doeff_traceback__[0], len(error.__doeff_traceback__[-1][2]))
say("live", vm.vm_live_counts())
