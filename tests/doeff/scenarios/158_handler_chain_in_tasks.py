"""The handlers in scope that an unhandled effect in a task names."""

from dataclasses import dataclass

from _kit import describe, show
from doeff import EffectBase, Pass, Spawn, Wait, do, handler
from doeff_core_effects.handlers import reader, state
from doeff_core_effects.scheduler import scheduled


@dataclass(frozen=True)
class Mine(EffectBase):
    pass


@handler
def passing(effect, k):
    yield Pass(effect, k)


@do
def worker():
    return (yield Mine())


@do
def main():
    task = yield Spawn(passing(worker()))
    try:
        return (yield Wait(task))
    except Exception as error:
        print(describe(error))
        for entry in error.__doeff_traceback__:
            print(
                "  ", type(entry).__name__, entry[0] if isinstance(entry, list) else entry["kind"]
            )
        raise


show("task", reader()(scheduled(state()(main()))))
