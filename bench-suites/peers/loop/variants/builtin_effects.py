"""builtin_effects in a loop: it tells the effects apart by their type."""

from builtin_effects import BODIES, REPLY
from effects import Ask, Get, Modify, Put


def answer_all(program, store, environment, log):
    """The result of the program."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        kind = type(effect)
        if kind is Get:
            reply = store[effect.name]
        elif kind is Put:
            store[effect.name] = effect.value
            reply = None
        elif kind is Ask:
            reply = environment[effect.name]
        elif kind is Modify:
            store[effect.name] = effect.function(store[effect.name])
            reply = None
        else:
            log.append(effect.entry)
            reply = None


def handlers(effect):
    """The loop has them."""
    return []


def drive(_, size, effect):
    """Run the body with a new state, a new environment and a new log."""
    return answer_all(BODIES[effect](size), {"number": REPLY}, {"reply": REPLY}, [])
