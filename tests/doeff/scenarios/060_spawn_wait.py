"""`Spawn` starts a task when the spawner waits; `Wait` gives its result or its error."""

from _kit import describe, show
from doeff import Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def worker(name, fail=False):
    print(name, "runs")
    if fail:
        raise ValueError(f"{name} failed")
    return name.upper()
    yield


@do
def main():
    good = yield Spawn(worker("good"))
    bad = yield Spawn(worker("bad", fail=True))
    print("spawned", good, bad)
    results = [(yield Wait(good)), (yield Wait(good))]
    for _ in range(2):
        try:
            yield Wait(bad)
        except ValueError as error:
            results.append(describe(error))
    return results


@do
def not_caught():
    task = yield Spawn(worker("bad", fail=True))
    return (yield Wait(task))


show("main", scheduled(main()))
show("not caught", scheduled(not_caught()))
show("no scheduler", main())
