"""Observers go with spawned tasks, and their errors are those of the task."""

from _kit import show
from doeff import Ask, Spawn, Try, Wait, WithObserve, do
from doeff_core_effects.handlers import reader, try_handler
from doeff_core_effects.scheduler import scheduled


@do
def worker(key):
    return (yield Ask(key))


def angry(effect):
    if isinstance(effect, Ask) and effect.key == "bad":
        raise ValueError("observer is angry")


@do
def main():
    results = []
    for key in ("good", "bad"):
        task = yield Spawn(worker(key))
        results.append((yield Try(Wait(task))))
    return results


base = reader(env={"good": 1, "bad": 2})
show("inside", scheduled(try_handler(base(WithObserve(angry, main())))))
show("around", WithObserve(angry, scheduled(try_handler(base(main())))))
