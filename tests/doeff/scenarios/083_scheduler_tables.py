"""The scheduler's tables are swept after tasks end and handles die."""

from _kit import show
from doeff import CompletePromise, CreatePromise, Gather, Spawn, Wait, do
from doeff_core_effects.scheduler import SchedulerIntrospection, scheduled


@do
def worker(n):
    promise = yield CreatePromise()
    yield CompletePromise(promise, n)
    return (yield Wait(promise.future))


@do
def main():
    first = yield SchedulerIntrospection()
    tasks = []
    for n in range(5):
        tasks.append((yield Spawn(worker(n))))
    middle = yield SchedulerIntrospection()
    total = sum((yield Gather(*tasks)))
    return first, middle, total, (yield SchedulerIntrospection())


MANY = 1_500


@do
def many():
    for _ in range(2_000):
        yield Wait((yield Spawn(worker(1))))
    counts = yield SchedulerIntrospection()
    return counts["tasks"] < MANY, counts["promises"] < MANY, counts["waiters"]


show("tables", scheduled(main()))
show("swept", scheduled(many()))
