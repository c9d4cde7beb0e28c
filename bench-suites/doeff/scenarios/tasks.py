"""Tasks under doeff's scheduler, which is in Python: spawned and gathered, or woken by a promise.

What of it is not the machine cannot be run without one, so there is no `PYTHON`.
"""

from doeff import CompletePromise, CreatePromise, Gather, Spawn, Wait, do, run
from doeff_core_effects.scheduler import scheduled

AT_ONCE = 50


@do
def add(x, y):
    """Yields nothing."""
    return x + y


@do
def spawn_and_gather(n):
    """Tasks, AT_ONCE at a time."""
    total = 0
    while n:
        count = min(n, AT_ONCE)
        tasks = []
        for i in range(count):
            tasks.append((yield Spawn(add(i, 1))))
        total += sum((yield Gather(*tasks)))
        n -= count
    return total


@do
def waiting(promise):
    """Wait for a promise."""
    return (yield Wait(promise.future))


@do
def wake_up(n):
    """Tasks that wait for a promise each, woken by its completion."""
    total = 0
    for i in range(n):
        promise = yield CreatePromise()
        task = yield Spawn(waiting(promise))
        yield CompletePromise(promise, i)
        total += yield Wait(task)
    return total


WHOLE = {
    "spawn_and_gather": lambda n: run(scheduled(spawn_and_gather(n))),
    "wake_up": lambda n: run(scheduled(wake_up(n))),
}


def handlers(**_):
    """None: scenarios install their own."""
    return []


def drive(run, size, scenario, whole):
    """The answer of a scenario."""
    return WHOLE[scenario](size)
