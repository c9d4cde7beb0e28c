"""builtin_effects as effect has it: the number is in a Reference, made anew in each run."""

from builtin_effects import REPLY, increment
from effect import ComposedDispatcher, Effect, Func, base_dispatcher, sync_perform
from effect.ref import Reference, reference_dispatcher
from effects import do

DISPATCHER = ComposedDispatcher([reference_dispatcher, base_dispatcher])


@do
def get(size):
    """Sum what is stored."""
    number = yield Effect(Func(Reference, REPLY))
    total = 0
    for _ in range(size):
        total += yield number.read()
    return total


@do
def put(size):
    """Store the numbers, and read the last one."""
    number = yield Effect(Func(Reference, REPLY))
    for new in range(size):
        yield number.modify(lambda _, new=new: new)
    return (yield number.read())


@do
def put_get(size):
    """Store the numbers, and read each one."""
    number = yield Effect(Func(Reference, REPLY))
    for new in range(size):
        yield number.modify(lambda _, new=new: new)
        stored = yield number.read()
    return stored


@do
def modify(size):
    """Count, and read the count."""
    number = yield Effect(Func(Reference, REPLY))
    for _ in range(size):
        yield number.modify(increment)
    return (yield number.read())


BODIES = {"get": get, "put": put, "put_get": put_get, "modify": modify}


def handlers(effect):
    """The dispatcher is the same for all runs."""
    return []


def drive(_, size, effect):
    """Perform the body."""
    return sync_perform(DISPATCHER, BODIES[effect](size))
