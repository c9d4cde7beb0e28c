"""Unwinding and dropping of thousands of levels with finally blocks; Python's own recursion."""

import sys

from _kit import Ask, do, say, vm

COUNT = {"finally": 0}


@do
def level(left):
    try:
        if left == 0:
            return (yield Ask("bottom"))
        return (yield level(left - 1))
    finally:
        COUNT["finally"] += 1


@do
def drop(effect, k):
    return "dropped"
    yield


@do
def throw(effect, k):
    yield vm.TransferThrow(k, ValueError("unwound"))


@do
def recursing():
    def down():
        return down()

    try:
        down()
    except RecursionError:
        return "recursion error caught"
    yield


say(vm.PyVM().run(vm.WithHandler(drop, level(3000))), COUNT)
try:
    vm.PyVM().run(vm.WithHandler(throw, level(3000)))
except ValueError as error:
    say(error, COUNT, error.__doeff_traceback__)
say(vm.PyVM().run(recursing()))
say("limit unchanged", sys.getrecursionlimit())
