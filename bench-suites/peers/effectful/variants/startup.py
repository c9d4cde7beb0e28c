"""startup as effectful has it: a new interpretation for each run."""

from effectful.ops.semantics import handler
from effectful.ops.syntax import defop
from startup import OFFSET, STEP


@defop
def get(name: str) -> int:
    """Answered with what the state has under the name."""
    raise NotImplementedError


@defop
def put(name: str, value: int) -> None:
    """Replaces what the state has under the name."""
    raise NotImplementedError


@defop
def ask(name: str) -> int:
    """Answered with what the environment has under the name."""
    raise NotImplementedError


@defop
def tell(entry: int) -> None:
    """Logs the entry."""
    raise NotImplementedError


@defop
def give_offset() -> int:
    """Answered with OFFSET by the program's own interpretation."""
    raise NotImplementedError


def short(number):
    """Perform each operation once, and read the number from the state."""
    put("number", number)
    tell(number)
    step = ask("step")
    offset = give_offset()
    return get("number") * step + offset


def state(store):
    """What answers get and put."""
    return {get: store.__getitem__, put: store.__setitem__}


def reader(environment):
    """What answers ask."""
    return {ask: environment.__getitem__}


def writer():
    """What answers tell."""
    return {tell: [].append}


def answer():
    """Answer."""
    return OFFSET


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        answers = {give_offset: answer} | writer() | reader({"step": STEP}) | state({"number": 0})
        with handler(answers):
            total += short(number)
    return total
