"""sys.exception in bodies and clauses: what is being handled does not leak between them."""

import sys

from _kit import Ask, do, go, say, vm


def current():
    error = sys.exc_info()[1]
    return None if error is None else repr(error)


@do
def answer(effect, k):
    say("  in the clause", current())
    got = yield vm.Resume(k, 1)
    say("  in the clause after", current())
    return got


@do
def body():
    try:
        raise ValueError("body")
    except ValueError:
        yield Ask("in except")
        say("  in the body's except", current())
        yield sub()
    say("  after", current())
    return "done"


@do
def sub():
    say("  in a called program", current())
    yield vm.Pure(1)
    say("  in a called program after", current())


@do
def clause_in_except(effect, k):
    try:
        raise KeyError("clause")
    except KeyError:
        got = yield vm.Resume(k, 1)
        say("  clause's except", current())
    return got


def observer(effect):
    say("  in the observer", current())


go("body", vm.WithHandler(answer, vm.WithObserve(vm.Callable(observer), body())))
go("clause", vm.WithHandler(clause_in_except, body()))
try:
    raise TypeError("around run")
except TypeError:
    go("around", vm.WithHandler(answer, body()))
    say(current())
