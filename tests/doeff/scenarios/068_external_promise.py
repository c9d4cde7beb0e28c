"""An external promise is completed or failed from another thread."""

import threading

from _kit import attempt, describe, show
from doeff import CreateExternalPromise, Gather, Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def ask_thread(action):
    promise = yield CreateExternalPromise()
    thread = threading.Thread(target=action, args=(promise,))
    thread.start()
    try:
        return (yield Wait(promise.future))
    except Exception as error:
        return describe(error)
    finally:
        thread.join()


@do
def main():
    completed = yield ask_thread(lambda promise: promise.complete("from a thread"))
    failed = yield ask_thread(lambda promise: promise.fail(ValueError("from a thread")))
    tasks = []
    for n in range(3):
        tasks.append((yield Spawn(ask_thread(lambda promise, n=n: promise.complete(n)))))
    early = yield CreateExternalPromise()
    early.complete("early")
    early.complete("ignored")
    return completed, failed, (yield Gather(*tasks)), (yield Wait(early.future)), repr(early)


show("external", scheduled(main()))
attempt("both", lambda: CreateExternalPromise(deadline=1.0, source_alive=lambda: True))
