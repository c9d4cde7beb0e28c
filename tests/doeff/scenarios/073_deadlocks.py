"""Deadlocks are thrown into the root body, where they can be caught."""

from _kit import describe, show
from doeff import (
    AcquireSemaphore,
    CreatePromise,
    CreateSemaphore,
    Gather,
    SchedulerDeadlockError,
    Spawn,
    Wait,
    do,
)
from doeff_core_effects.scheduler import scheduled


@do
def stuck_semaphore():
    semaphore = yield CreateSemaphore(1)
    yield AcquireSemaphore(semaphore)
    yield AcquireSemaphore(semaphore)


@do
def stuck_promise():
    promise = yield CreatePromise()
    return (yield Wait(promise.future))


@do
def stuck_tasks():
    one = yield CreatePromise()
    tasks = []
    for _ in range(2):
        tasks.append((yield Spawn(do(lambda: (yield Wait(one.future)))())))
    return (yield Gather(*tasks))


@do
def caught(program):
    try:
        return (yield program)
    except SchedulerDeadlockError as error:
        return describe(error), error.semaphore_waiters, error.parked_waiters


for program in (stuck_semaphore, stuck_promise, stuck_tasks):
    show(program.__name__, scheduled(program()))
    show(f"caught {program.__name__}", scheduled(caught(program())))
