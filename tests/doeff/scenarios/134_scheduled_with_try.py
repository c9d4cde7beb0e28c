"""`Try` inside and around tasks."""

from _kit import show
from doeff import Gather, Spawn, Try, Wait, do
from doeff_core_effects.handlers import state, try_handler, writer
from doeff_core_effects.scheduler import CreatePromise, FailPromise, scheduled


@do
def failing(n):
    yield CreatePromise()
    raise ValueError(n)


@do
def main():
    tasks = [(yield Spawn(Try(failing(1)))), (yield Spawn(failing(2)))]
    first = yield Try(Gather(*tasks))
    second = yield Wait(tasks[0])
    promise = yield CreatePromise()
    yield FailPromise(promise, KeyError("p"))
    third = yield Try(Wait(promise.future))
    spawned = yield Try(Spawn(failing(3)))
    fourth = yield Try(Wait(spawned.value))
    return first, second, third, repr(spawned), fourth


show("outside", try_handler(scheduled(main())))
show("inside", scheduled(try_handler(main())))
show("with others", scheduled(state()(writer(try_handler(main())))))
