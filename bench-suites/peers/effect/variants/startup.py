"""startup as effect has it: a new Reference, performers and dispatcher for each run."""

from effect import (
    ComposedDispatcher,
    Effect,
    TypeDispatcher,
    base_dispatcher,
    sync_perform,
    sync_performer,
)
from effect.ref import Reference, reference_dispatcher
from effects import do
from startup import OFFSET, STEP, Offset

OFFSET_EFFECT = Effect(Offset())


class Ask:
    """Answered with what the environment has under the name."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Tell:
    """Answered with None; logs the entry."""

    __slots__ = ("entry",)

    def __init__(self, entry):
        self.entry = entry


@do
def short(number, store):
    """Use each performer once, and read the number from the Reference."""
    yield store.modify(lambda _: number)
    yield Effect(Tell(number))
    step = yield Effect(Ask("step"))
    offset = yield OFFSET_EFFECT
    return (yield store.read()) * step + offset


def reader(environment):
    """A performer of Ask."""

    @sync_performer
    def ask(dispatcher, intent):
        return environment[intent.name]

    return ask


def writer():
    """A performer of Tell with a new log."""
    log = []

    @sync_performer
    def tell(dispatcher, intent):
        log.append(intent.entry)

    return tell


@sync_performer
def answer(dispatcher, intent):
    """Answer."""
    return OFFSET


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        performers = {Ask: reader({"step": STEP}), Tell: writer(), Offset: answer}
        dispatcher = ComposedDispatcher(
            [TypeDispatcher(performers), reference_dispatcher, base_dispatcher]
        )
        total += sync_perform(dispatcher, short(number, Reference(0)))
    return total
