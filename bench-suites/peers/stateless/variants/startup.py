"""startup as stateless has it: abilities of our own, and an event loop for each run."""

from startup import OFFSET, OFFSET_EFFECT, STEP, Offset
from stateless import Ability, handle, need, run, supply


class State(Ability):
    """What one handler answers."""

    __slots__ = ()


class Get(State):
    """Answered with the number."""

    __slots__ = ()


class Put(State):
    """Answered with None; replaces the number."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Tell(Ability):
    """Answered with None; logs the entry."""

    __slots__ = ("entry",)

    def __init__(self, entry):
        self.entry = entry


def short(number):
    """Use each handler once, and read the number from the state."""
    yield from Put(number)
    yield from Tell(number)
    step = yield from need(int)
    offset = yield from OFFSET_EFFECT
    return (yield from Get()) * step + offset


def answer(ability: Offset) -> int:
    """Answer."""
    return OFFSET


def enclosed(program):
    """The program under new handlers."""
    current, log = 0, []

    def state(ability: State) -> int | None:
        nonlocal current
        if type(ability) is Get:
            return current
        current = ability.number
        return None

    def tell(ability: Tell) -> None:
        log.append(ability.entry)

    return handle(answer)(handle(tell)(supply(STEP)(handle(state)(program))))


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        total += run(enclosed(short)(number))
    return total
