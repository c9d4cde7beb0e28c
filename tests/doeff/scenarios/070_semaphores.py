"""Semaphores: permits, first come first served, misuse."""

from _kit import attempt, describe, show
from doeff import (
    AcquireSemaphore,
    CreateSemaphore,
    Gather,
    ReleaseSemaphore,
    Semaphore,
    Spawn,
    do,
)
from doeff_core_effects.scheduler import CreatePromise, scheduled

log = []


@do
def worker(semaphore, name):
    yield AcquireSemaphore(semaphore)
    log.append(f"{name} in")
    yield CreatePromise()
    yield Spawn(do(lambda: None)())
    log.append(f"{name} out")
    yield ReleaseSemaphore(semaphore)
    return name


@do
def main(permits):
    semaphore = yield CreateSemaphore(permits)
    tasks = []
    for name in "abcd":
        tasks.append((yield Spawn(worker(semaphore, name))))
    names = yield Gather(*tasks)
    done, log[:] = list(log), []
    return names, done, repr(semaphore)


@do
def misuse(step):
    try:
        return (yield step)
    except Exception as error:
        return describe(error)


@do
def too_many():
    semaphore = yield CreateSemaphore()
    return (yield misuse(ReleaseSemaphore(semaphore))), (yield misuse(CreateSemaphore(0)))


show("one", scheduled(main(1)))
show("two", scheduled(main(2)))
show("misuse", scheduled(too_many()))
attempt("constructor", lambda: Semaphore(1))
