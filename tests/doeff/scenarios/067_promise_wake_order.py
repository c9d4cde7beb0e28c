"""Who runs first after a completion: the woken task or the completer."""

from _kit import show
from doeff import CompletePromise, CreatePromise, Gather, Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled

log = []


@do
def waiter(promise, name):
    log.append(f"{name} waits")
    log.append(f"{name} has {(yield Wait(promise.future))}")


@do
def completer(promise, yielding):
    log.append("completer starts")
    yield CompletePromise(promise, 1, yield_to_woken=yielding)
    log.append("completer goes on")


@do
def main(yielding):
    promise = yield CreatePromise()
    tasks = [(yield Spawn(waiter(promise, "w1"))), (yield Spawn(waiter(promise, "w2")))]
    tasks.append((yield Spawn(completer(promise, yielding))))
    yield Gather(*tasks)
    done, log[:] = list(log), []
    return done


show("yield to woken", scheduled(main(True)))
show("keep the turn", scheduled(main(False)))
