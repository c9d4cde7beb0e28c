"""An interrupt raised in a task ends the whole run."""

from _kit import show
from doeff import Spawn, Wait, do
from doeff_core_effects.scheduler import scheduled


@do
def worker(kind):
    raise kind("stop")
    yield


@do
def main(kind):
    task = yield Spawn(worker(kind))
    try:
        return (yield Wait(task))
    except Exception as error:
        return f"caught {type(error).__name__}"
    finally:
        print("finally of main")


for kind in (KeyboardInterrupt, SystemExit, ValueError):
    show(kind.__name__, scheduled(main(kind)))
