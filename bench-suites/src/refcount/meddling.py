"""A machine's module whose programs can be interrupted: a workload is compiled with it instead.

Each yield of each program, and each start of one, is a place. At the one that is chosen the program
performs an effect of its own or raises, and what comes of it is the ending that is measured. The
workload itself is not changed; those of its handlers that are asked for every effect pass this one.
"""

import types
from functools import wraps
from inspect import isgeneratorfunction


def make_interruption(machine):
    """The effect class of the interruption; weak references tell whether one is alive."""

    class Interruption(machine.EffectBase):
        __slots__ = ("__weakref__", "k")

    return Interruption


class Failure(BaseException):
    """What ends a run; no workload catches it."""


class Meddler:
    """Counts the places, and interrupts at one of them."""

    failure = Failure

    def __init__(self, machine):
        self.machine = machine
        self.interruption = make_interruption(machine)
        self.places = 0  # since the beginning of the run
        self.chosen = None  # the place to interrupt at
        self.fails = False  # whether to raise there
        self.ends = True  # whether what drives the runs is to be left, too
        self.reached = 0  # how many runs were interrupted
        self.effect = None  # makes what to perform
        self.generator = None  # the one that was interrupted, until somebody takes it

    def module(self, name):
        """The machine's module, but for `do`."""
        module = types.ModuleType(name)
        module.__dict__.update(vars(self.machine))
        module.do = self.do
        module.WithHandler = self.with_handler
        return module

    def with_handler(self, handler, program, *effects):
        """As the machine's, but an interruption gets past the handler."""
        return self.machine.WithHandler(self.letting_past(handler), program, *effects)

    def letting_past(self, handler):
        """A handler that does as this one, and passes interruptions."""
        if not isinstance(handler, types.FunctionType):
            return handler
        interruption, passing = self.interruption, make_passing(self.machine)

        @wraps(handler)
        def handle(effect, k):
            # No generator of its own: the clause is the workload's.
            return (passing if type(effect) is interruption else handler)(effect, k)

        return handle

    def do(self, function):
        """As the machine's, but the generators can be interrupted."""
        if not isgeneratorfunction(function):
            return self.machine.do(function)

        @wraps(function)
        def meddled(*args, **kwargs):
            generator = function(*args, **kwargs)
            if self.is_here():
                yield from self.interrupt(generator)
            action, sent = generator.send, None
            try:
                while True:
                    request = action(sent)
                    if self.is_here():
                        yield from self.interrupt(generator)
                    try:
                        action, sent = generator.send, (yield request)
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        action, sent = generator.throw, error
            except StopIteration as stop:
                return stop.value
            finally:
                del action, sent
                generator.close()

        return self.machine.do(meddled)

    def is_here(self):
        """Count a place; say whether it is the chosen one."""
        self.places += 1
        return self.places == self.chosen

    def interrupt(self, generator):
        """Do what was asked for."""
        self.reached += 1
        self.generator = generator
        if self.fails:
            raise Failure
        effect = self.effect()
        yield effect


def make_passing(machine):
    """A handler that leaves everything to those outside."""

    def passing(effect, k):
        yield machine.Pass()

    return passing
