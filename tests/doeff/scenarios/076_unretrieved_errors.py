"""Errors of tasks nobody waits for are named in a warning at the end."""

import warnings

from _kit import clean
from doeff import Spawn, Tell, do, run
from doeff_core_effects.handlers import state, writer
from doeff_core_effects.scheduler import CreatePromise, scheduled


@do
def failing(n):
    yield Tell(n)
    raise ValueError(f"task {n}")


@do
def main(count):
    for n in range(count):
        yield Spawn(failing(n))
    for _ in range(count + 1):
        yield CreatePromise()
        yield Spawn(do(lambda: None)())
    return "done"


for count in (0, 1, 3, 12):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print(count, run(scheduled(state()(writer(main(count))))))
    for warning in caught:
        print(warning.category.__name__, clean(warning.message))
