"""effect under the names that workloads import.

An intent is any object, an `Effect` of it is what a program yields, and a dispatcher finds the
performer of an intent. Handlers are dispatchers here, and `install` gives what performs a program.
"""

from functools import partial

from effect import ComposedDispatcher, Constant, Effect, base_dispatcher, sync_perform
from effect.do import do

__all__ = ["EffectBase", "Pure", "do", "install", "run"]

EffectBase = object

# Workloads import these too, and variants replace what would use them.
Ask = Get = Modify = Pass = Put = Resume = Tell = Transfer = TransferThrow = WithHandler = None
reader = state = writer = None


def Pure(value):
    """The effect whose result is the value."""
    return Effect(Constant(value))


def install(dispatchers, program):
    """What performs the program with dispatchers, which are searched in this order."""
    if dispatchers:
        return partial(sync_perform, ComposedDispatcher([*dispatchers, base_dispatcher]), program)
    return partial(sync_perform, base_dispatcher, program)


def run(perform):
    """Perform a program."""
    return perform()
