"""`Discard` drops a task without unwinding it."""

from _kit import describe, show
from doeff import Spawn, Wait, do
from doeff_core_effects import Discard
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def waiting(promise):
    try:
        yield Wait(promise.future)
        print("never printed")
    except Exception as error:
        print("never caught", error)


@do
def main():
    promise = yield CreatePromise()
    task = yield Spawn(waiting(promise))
    early = yield Spawn(waiting(promise))
    yield CreatePromise()
    print((yield Discard(task)), (yield Discard(early)))
    results = []
    for one in (task, early):
        try:
            results.append((yield Wait(one)))
        except Exception as error:
            results.append(describe(error))
    return results


show("discard", scheduled(main()))
