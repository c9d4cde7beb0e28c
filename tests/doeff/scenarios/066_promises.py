"""Promises: complete, fail, wait before and after, twice."""

from _kit import describe, show
from doeff import CompletePromise, CreatePromise, FailPromise, Gather, Race, Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def waiter(promise, name):
    try:
        value = yield Wait(promise.future)
        print(name, "has", value)
        return value
    except Exception as error:
        print(name, "fails with", describe(error))
        return type(error).__name__


@do
def attempted(program):
    try:
        return (yield program)
    except Exception as error:
        return describe(error)


@do
def main():
    one = yield CreatePromise()
    two = yield CreatePromise()
    tasks = []
    for name, promise in (("a", one), ("b", one), ("c", two)):
        tasks.append((yield Spawn(waiter(promise, name))))
    print("complete", (yield CompletePromise(one, 5)))
    print("fail", (yield FailPromise(two, KeyError("two"))))
    results = yield Gather(*tasks)
    late = yield Wait(one.future)
    twice = yield attempted(CompletePromise(one, 6))
    fail_after = yield attempted(FailPromise(one, ValueError("x")))
    failed = yield attempted(Wait(two.future))
    mixed = yield Race(one.future, tasks[0])
    return results, late, twice, fail_after, failed, mixed, repr(one), repr(one.future)


show("promises", scheduled(main()))
