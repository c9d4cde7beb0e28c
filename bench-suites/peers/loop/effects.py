"""What programs import where there is no package: effects are objects, and a loop answers them.

Programs are generators, most of them the workloads' own. They call each other by `yield from`, or
yield the callee where `trampoline` runs them, which keeps those that wait in a list. What `run` is
given is a function of no arguments, since a run uses its generator up.
"""

from functools import partial
from types import GeneratorType

__all__ = [
    "Ask",
    "EffectBase",
    "Get",
    "Modify",
    "Pure",
    "Put",
    "Tell",
    "answered",
    "do",
    "finished",
    "install",
    "run",
    "trampoline",
]

# Workloads import these too, and variants replace what would use them.
Pass = Resume = Transfer = TransferThrow = WithHandler = None
reader = state = writer = None


class EffectBase:
    """What a program yields to the loop."""

    __slots__ = ()


class Pure(EffectBase):
    """Answered with the value."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Ask(EffectBase):
    """Answered with what the environment has under the name."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Get(EffectBase):
    """Answered with what the state has under the name."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Put(EffectBase):
    """Answered with None; replaces what the state has under the name."""

    __slots__ = ("name", "value")

    def __init__(self, name, value):
        self.name = name
        self.value = value


class Modify(EffectBase):
    """Answered with None; replaces what the state has under the name by the function of it."""

    __slots__ = ("function", "name")

    def __init__(self, name, function):
        self.name = name
        self.function = function


class Tell(EffectBase):
    """Answered with None; logs the entry."""

    __slots__ = ("entry",)

    def __init__(self, entry):
        self.entry = entry


def do(function):
    """A generator function needs no decorator."""
    return function


def answered(program, answer):
    """The result of a generator whose effects a function answers."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        reply = answer(effect)


def finished(program):
    """The result of a generator that yields nothing but Pure."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
        except StopIteration as stop:
            return stop.value
        reply = effect.value


def trampoline(program, answer):
    """The result of a generator that yields effects and other generators: these it calls."""
    waiting = []
    reply = None
    while True:
        try:
            effect = program.send(reply)
        except StopIteration as stop:
            if not waiting:
                return stop.value
            program, reply = waiting.pop(), stop.value
            continue
        if type(effect) is GeneratorType:
            waiting.append(program)
            program, reply = effect, None
        else:
            reply = answer(effect)


def install(handlers, program):
    """What runs the loop: over the program, if there is a function that answers for it."""
    for answer in handlers:
        program = partial(run_under, program, answer)
    return program


def run_under(program, answer):
    """Run a loop over what the program gives."""
    return answered(program(), answer)


def run(loop):
    """Run the loop."""
    return loop()
