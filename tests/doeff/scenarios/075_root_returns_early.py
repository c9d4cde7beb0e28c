"""Work the root leaves behind is cancelled, unwound and warned about."""

import warnings

from _kit import clean
from doeff import Spawn, Wait, do, run
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def waiting(promise, name):
    try:
        yield Wait(promise.future)
    finally:
        print(name, "unwinds")
        yield CreatePromise()
        print(name, "unwound")


@do
def main(daemon):
    promise = yield CreatePromise()
    yield Spawn(waiting(promise, "first"), daemon=daemon)
    yield Spawn(waiting(promise, "second"), daemon=daemon)
    yield Spawn(waiting(promise, "not started"), priority=0, daemon=daemon)
    return "root done"


for daemon in (False, True):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print(daemon, run(scheduled(main(daemon))))
    for warning in caught:
        print(warning.category.__name__, clean(warning.message))
