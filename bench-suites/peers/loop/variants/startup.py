"""startup in a loop: a new one each time, with functions that are found by the effect's type."""

from effects import Ask, Get, Put, Tell
from startup import OFFSET, STEP, Offset
from startup import body as program


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


def answer_all(program, answers):
    """The result of the program; a dict has the function of each type."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        reply = answers[type(effect)](effect)


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        answers = {Offset: answer} | state({"number": 0}) | reader({"step": STEP}) | writer()
        total += answer_all(program(number), answers)
    return total
