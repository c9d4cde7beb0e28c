"""An unhandled effect is raised at its `yield`, where it can be caught."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, UnhandledEffect, do
from doeff_core_effects.handlers import reader


@dataclass(frozen=True)
class Mine(EffectBase):
    n: int


@do
def careful(n):
    try:
        return (yield Mine(n))
    except UnhandledEffect as error:
        first = str(error).splitlines()[0]
        return type(error).__name__, isinstance(error, RuntimeError), len(error.args), first


@do
def goes_on():
    return [(yield careful(1)), (yield careful(2))]


show("none", goes_on())
show("reader", reader()(goes_on()))
print(UnhandledEffect.__mro__[1].__name__, UnhandledEffect.__module__)
