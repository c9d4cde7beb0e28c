"""A task cancelled while it waits for a semaphore gives its place up."""

from _kit import show
from doeff import (
    AcquireSemaphore,
    Cancel,
    CreateSemaphore,
    Gather,
    ReleaseSemaphore,
    Spawn,
    TaskCancelledError,
    do,
)
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def worker(semaphore, name):
    try:
        yield AcquireSemaphore(semaphore)
    except TaskCancelledError:
        print(name, "cancelled")
        raise
    print(name, "has it")
    yield CreatePromise()
    yield ReleaseSemaphore(semaphore)
    return name


@do
def main():
    semaphore = yield CreateSemaphore(1)
    yield AcquireSemaphore(semaphore)
    tasks = []
    for name in "abc":
        tasks.append((yield Spawn(worker(semaphore, name))))
    yield Spawn(do(lambda: None)())
    yield Cancel(tasks[0])
    yield ReleaseSemaphore(semaphore)
    return (yield Gather(*tasks[1:]))


show("cancelled", scheduled(main()))
