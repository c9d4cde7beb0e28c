"""What Python reports when a discarded task yields in its `finally`."""

import sys

from _kit import clean, show
from doeff import Spawn, Wait, do
from doeff_core_effects import Discard
from doeff_core_effects.scheduler import CreatePromise, scheduled


def report(unraisable):
    print("unraisable", clean(repr(unraisable.exc_value)))


sys.unraisablehook = report


@do
def nothing():
    return None


@do
def stubborn(promise):
    try:
        yield Wait(promise.future)
    finally:
        print("finally begins")
        yield Wait(promise.future)
        print("never printed")


@do
def main():
    promise = yield CreatePromise()
    task = yield Spawn(stubborn(promise))
    yield Wait((yield Spawn(nothing())))
    yield Discard(task)
    print("discarded")
    return "main"


show("discard", scheduled(main()))
