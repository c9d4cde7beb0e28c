"""Cancelling the last waiter of an external promise runs its callbacks."""

from _kit import describe, show
from doeff import Cancel, CreateExternalPromise, Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def waiter(promise):
    return (yield Wait(promise.future))


def broken():
    raise RuntimeError("callback broke")


@do
def main(callback):
    promise = yield CreateExternalPromise()
    promise.on_cancel(lambda: print("callback runs"))
    promise.on_cancel(callback)
    first = yield Spawn(waiter(promise))
    second = yield Spawn(waiter(promise))
    results = []
    for task in (first, second):
        try:
            results.append((yield Cancel(task)))
        except Exception as error:
            results.append(describe(error))
    for waitable in (first, promise.future):
        try:
            results.append((yield Wait(waitable)))
        except Exception as error:
            results.append(describe(error))
    promise.complete("too late")
    promise.on_cancel(lambda: print("late callback"))
    try:
        promise.on_cancel(3)
    except TypeError as error:
        results.append(describe(error))
    return results


show("cancel", scheduled(main(lambda: print("second callback"))))
show("broken", scheduled(main(broken)))
