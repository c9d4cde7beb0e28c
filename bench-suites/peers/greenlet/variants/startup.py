"""startup as greenlet has it: a greenlet and new functions for each run."""

from functools import partial

from effects import perform
from greenlet import greenlet
from startup import OFFSET, OFFSET_EFFECT, STEP, Offset


class Get:
    """Answered with what the state has under the name."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Put:
    """Answered with None; replaces what the state has under the name."""

    __slots__ = ("name", "value")

    def __init__(self, name, value):
        self.name = name
        self.value = value


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


def short(number):
    """Use each handler once, and read the number from the state."""
    perform(Put("number", number))
    perform(Tell(number))
    step = perform(Ask("step"))
    offset = perform(OFFSET_EFFECT)
    return perform(Get("number")) * step + offset


def state(store):
    """What answers Get and Put."""

    def get(effect):
        return store[effect.name]

    def put(effect):
        store[effect.name] = effect.value

    return {Get: get, Put: put}


def reader(environment):
    """What answers Ask."""

    def ask(effect):
        return environment[effect.name]

    return {Ask: ask}


def writer():
    """What answers Tell."""
    log = []

    def tell(effect):
        log.append(effect.entry)

    return {Tell: tell}


def answer(effect):
    """Answer."""
    return OFFSET


def run(program, answers):
    """The result of the program, whose effects are answered by functions, found by type."""
    child = greenlet(program)
    effect = child.switch()
    while not child.dead:
        effect = child.switch(answers[type(effect)](effect))
    return effect


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        answers = {Offset: answer} | state({"number": 0}) | reader({"step": STEP}) | writer()
        total += run(partial(short, number), answers)
    return total
