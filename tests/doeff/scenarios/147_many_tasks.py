"""Two thousand tasks: gathered, with a promise each."""

from _kit import show
from doeff import CompletePromise, CreatePromise, Gather, Spawn, Wait, do
from doeff_core_effects.handlers import state
from doeff_core_effects.scheduler import scheduled


@do
def waiter(promise, n):
    return n + (yield Wait(promise.future))


@do
def main(count):
    promise = yield CreatePromise()
    tasks = []
    for n in range(count):
        tasks.append((yield Spawn(waiter(promise, n))))
    yield CompletePromise(promise, 1)
    return sum((yield Gather(*tasks)))


show("many", scheduled(state()(main(2_000))))
