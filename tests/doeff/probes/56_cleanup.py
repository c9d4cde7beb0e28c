"""Dropping continuations: order of finally blocks, yields in them and errors in them."""

import sys

from _kit import Ask, do, go, say, vm

KEPT = []


@do
def drop(effect, k):
    return "dropped"
    yield


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


@do
def drop_then_work(effect, k):
    del k
    say("  clause dropped its k")
    yield vm.Pure(1)
    return "worked"


@do
def level(name, program):
    try:
        return (yield program)
    except GeneratorExit:
        say("  exit", name)
        raise
    finally:
        say("  finally", name)


@do
def yielding():
    try:
        return (yield Ask("a"))
    finally:
        say("  before the yield")
        yield vm.Pure(1)
        say("  after the yield")


@do
def raising():
    try:
        return (yield Ask("a"))
    finally:
        raise ValueError("in finally")


@do
def swallowing():
    try:
        return (yield Ask("a"))
    except GeneratorExit:
        say("  swallowed")
        return "swallowed"


@do
def answering(effect, k):
    try:
        return (yield vm.Pass(effect, k))
    finally:
        say("  passing clause's finally")


@do
def clause_level(effect, k):
    try:
        got = yield Ask("from the clause")
        return (yield vm.Resume(k, got))
    finally:
        say("  clause's finally")


def unraisable(report):
    say("  unraisable", type(report.exc_value).__name__, report.exc_value)


sys.unraisablehook = unraisable
nested = level("outer", level("middle", level("inner", Ask("a"))))
go("order", vm.WithHandler(drop, nested))
go("kept", vm.WithHandler(keep, nested))
say("clearing")
KEPT.clear()
say("cleared")
go("dropped first", vm.WithHandler(drop_then_work, nested))
go("yielding", vm.WithHandler(drop, yielding()))
go("raising", vm.WithHandler(drop, raising()))
go("swallowing", vm.WithHandler(drop, swallowing()))
go("passing", vm.WithHandler(drop, vm.WithHandler(answering, nested)))
go("clause dropped", vm.WithHandler(drop, vm.WithHandler(clause_level, nested)))
go("under a level", level("around", vm.WithHandler(drop, nested)))
go("unhandled", nested)
