"""A scheduler inside a scheduler: the inner one is on its own."""

from _kit import show
from doeff import Gather, Spawn, do
from doeff_core_effects.scheduler import CreatePromise, Wait, scheduled


@do
def worker(n):
    yield CreatePromise()
    return n


@do
def inner(base):
    tasks = []
    for i in range(2):
        tasks.append((yield Spawn(worker(base + i))))
    return (yield Gather(*tasks))


@do
def main():
    outer = yield Spawn(worker("outer"))
    nested = yield scheduled(inner(10))
    tasks = [(yield Spawn(scheduled(inner(20))))]
    return nested, (yield Wait(outer)), (yield Gather(*tasks))


show("nested", scheduled(main()))
