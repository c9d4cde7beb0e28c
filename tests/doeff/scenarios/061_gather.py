"""`Gather` keeps the order of its tasks and fails with the first failure."""

from _kit import describe, show
from doeff import Gather, Spawn, do
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def worker(n, rounds=0):
    for _ in range(rounds):
        yield CreatePromise()
    print("worker", n)
    if n < 0:
        raise ValueError(f"worker {n}")
    return n * 10


@do
def main(*numbers):
    tasks = []
    for i, n in enumerate(numbers):
        tasks.append((yield Spawn(worker(n, rounds=len(numbers) - i))))
    return (yield Gather(*tasks))


@do
def caught():
    try:
        return (yield main(1, -2, 3, -4))
    except ValueError as error:
        return describe(error)


show("order", scheduled(main(3, 1, 2)))
show("empty", scheduled(main()))
show("fails", scheduled(main(1, -1, 2)))
show("caught", scheduled(caught()))
