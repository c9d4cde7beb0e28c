"""Continuations stored by one handler and resumed from another's clause, with later errors."""

from _kit import Ask, Tell, do, failure, go, say, vm

WAITING = []


@do
def park(effect: Ask, k):
    WAITING.append(k)
    return f"parked {effect.key}"
    yield


@do
def wake(effect: Tell, k):
    got = []
    while WAITING:
        try:
            got.append((yield vm.Resume(WAITING.pop(0), effect.text)))
        except Exception as error:
            got.append("wake caught " + failure(error))
    return (yield vm.Resume(k, got))


@do
def task(name, fails=False):
    got = yield Ask(name)
    if fails:
        raise ValueError(f"{name} failed")
    again = yield Ask(f"{name} again")
    return name, got, again


@do
def main():
    parked = []
    for program in (task("one"), task("two", fails=True), task("three")):
        parked.append((yield vm.WithHandler(park, program)))
    first = yield Tell("first call")
    second = yield Tell("second call")
    return parked, first, second


go("all", vm.WithHandler(wake, main()))


@do
def throw_all(effect: Tell, k):
    got = []
    while WAITING:
        try:
            got.append((yield vm.ResumeThrow(WAITING.pop(0), KeyError(effect.text))))
        except KeyError as error:
            got.append("came back " + failure(error))
    return (yield vm.Resume(k, got))


go("thrown", vm.WithHandler(throw_all, main()))
say("waiting", len(WAITING), "live", vm.vm_live_counts())
