"""After an error was caught: which place a later error of the machine shows."""

import contextlib

from _kit import Ask, Tell, do, say, vm


def shown(error):
    entries = getattr(error, "__doeff_traceback__", "no attribute")
    if entries == "no attribute":
        return entries
    return [
        entry[1:2] + entry[3:] if entry[0] == "frame" else entry[2] or entry for entry in entries
    ]


@do
def fail(depth=1):
    if depth:
        return (yield fail(depth - 1))
    raise ValueError("first")


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def raising(effect, k):
    raise LookupError("clause")
    yield


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, KeyError("thrown")))


@do
def passing(effect, k):
    yield vm.Pass(effect, k)


@do
def asking_further(effect, k):
    return (yield Tell("further"))


@do
def retrying(effect, k):
    for value in range(2):
        try:
            return (yield vm.Resume(k, value))
        except ValueError:
            continue


@do
def ask():
    return (yield Ask("a"))


@do
def ask_then_fail():
    yield Ask("a")
    raise ValueError("second")


def gives_a_number(effect, k):
    return 3


FIRST = {
    "call": fail,
    "clause raises": lambda: vm.WithHandler(raising, ask()),
    "clause throws": lambda: vm.WithHandler(throwing, ask()),
    "unhandled": lambda: Ask("first"),
    "nothing": lambda: vm.WithHandler(answer, ask()),
}
THEN = {
    "unhandled": lambda: Ask("later"),
    "unhandled, deeper": ask,
    "unhandled, passed on": lambda: vm.WithHandler(passing, ask()),
    "unhandled, of a clause": lambda: vm.WithHandler(asking_further, ask()),
    "raised": lambda: fail(0),
    "used twice": lambda: vm.WithHandler(retrying, ask_then_fail()),
    "no stream": lambda: vm.Expand(vm.Pure(1)),
    "no answer": lambda: vm.WithHandler(gives_a_number, ask()),
}


@do
def both(first, then, between):
    with contextlib.suppress(Exception):
        yield first()
    if between:
        yield vm.Pure(1)
    return (yield then())


for first, make_first in FIRST.items():
    say(first)
    for then, make_then in THEN.items():
        for between in (False, True):
            try:
                vm.PyVM().run(both(make_first, make_then, between))
            except Exception as error:
                say("  ", then, between, type(error).__name__, shown(error))

say("alone")
for then, make_then in THEN.items():
    try:
        vm.PyVM().run(make_then())
    except Exception as error:
        say("  ", then, type(error).__name__, shown(error))
