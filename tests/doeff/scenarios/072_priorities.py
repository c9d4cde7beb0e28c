"""Priorities decide who runs first; equal ones run in order of spawning."""

from _kit import show
from doeff import PRIORITY_HIGH, PRIORITY_IDLE, PRIORITY_NORMAL, Gather, Spawn, do
from doeff_core_effects.scheduler import CreatePromise, scheduled

log = []


@do
def worker(name):
    log.append(name)
    yield CreatePromise()
    yield Spawn(do(lambda: None)())
    log.append(name.upper())


@do
def main():
    tasks = []
    for name, priority in (
        ("idle", PRIORITY_IDLE),
        ("first", PRIORITY_NORMAL),
        ("high", PRIORITY_HIGH),
        ("second", PRIORITY_NORMAL),
        ("odd", 15),
    ):
        tasks.append((yield Spawn(worker(name), priority=priority)))
    log.append("main gathers")
    yield Gather(*tasks)
    return log


print(PRIORITY_IDLE, PRIORITY_NORMAL, PRIORITY_HIGH)
show("order", scheduled(main()))
