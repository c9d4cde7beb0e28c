"""Deep nesting of programs, of yield from, of handlers and of unwinding."""

import sys

from _kit import Ask, do, go, say, vm


@do
def sink(left):
    if left == 0:
        return 0
    return 1 + (yield sink(left - 1))


@do
def fall(left):
    if left == 0:
        raise ValueError("bottom")
    return (yield fall(left - 1))


@do
def ask_at(left):
    if left == 0:
        return (yield Ask("bottom"))
    return (yield ask_at(left - 1))


@do
def answer(effect, k):
    return (yield vm.Resume(k, "answer"))


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


@do
def loop(count):
    total = 0
    for _ in range(count):
        total += yield Ask("n")
    return total


@do
def non_tail(effect, k):
    got = yield vm.Resume(k, 1)
    return got + 1


@do
def one(effect, k):
    yield vm.Transfer(k, 1)


DEPTH = 5000
say("limit", sys.getrecursionlimit())
go("sink", sink(20000))
error = go("fall", fall(DEPTH))
count = 0
trace = error.__traceback__
while trace is not None:
    count += 1
    trace = trace.tb_next
say("traceback frames", count > DEPTH, "entries", len(error.__doeff_traceback__))
say(error.__doeff_traceback__[0], error.__doeff_traceback__[-1])
say(error.__doeff_traceback__[1:3])
go("ask", vm.WithHandler(answer, ask_at(20000)))
program = ask_at(3)
for _ in range(500):
    program = vm.WithHandler(passing, program)
go("passing", vm.WithHandler(answer, program))
go("non-tail", vm.WithHandler(non_tail, loop(5000)))
go("transfer", vm.WithHandler(one, loop(20000)))
nested = vm.Pure("core")
for _ in range(200):
    nested = vm.WithHandler(answer, nested)
go("nested nodes", nested)
