"""A task that cancels itself, and a task cancelled twice."""

from _kit import describe, show
from doeff import Cancel, Spawn, TaskCancelledError, Wait, do
from doeff_core_effects.scheduler import CreatePromise, scheduled

box = []
ENOUGH = 2


@do
def nothing():
    return None


@do
def pause():
    yield Wait((yield Spawn(nothing())))


@do
def stubborn(promise):
    cancelled = 0
    while cancelled < ENOUGH:
        try:
            yield Wait(promise.future)
        except TaskCancelledError:
            cancelled += 1
            print("stubborn cancelled", cancelled)
    return "ended"


@do
def suicidal():
    yield pause()
    try:
        yield Cancel(box[0])
        print("goes on after its own cancel")
    except TaskCancelledError:
        print("cancelled itself")
        raise


@do
def outcome(task):
    try:
        return (yield Wait(task))
    except Exception as error:
        return describe(error)


@do
def main():
    promise = yield CreatePromise()
    task = yield Spawn(stubborn(promise))
    yield pause()
    yield Cancel(task)
    yield pause()
    yield Cancel(task)
    first = yield outcome(task)
    own = yield Spawn(suicidal())
    box.append(own)
    return first, (yield outcome(own))


show("main", scheduled(main()))
