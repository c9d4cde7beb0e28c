"""`@do` functions without `yield`: the value is the result, programs are not run."""

from _kit import show
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader


@do
def plain():
    return 3


@do
def none():
    pass


@do
def returns_program():
    return Pure(4)


@do
def returns_effect():
    return Ask("k")


@do
def returns_generator():
    return (x for x in [Pure(1), Pure(2)])


@do
def returns_iterator():
    return iter([1, 2])


@do
def double():
    return (yield returns_program())


@do
def yields_twice():
    return (yield (yield returns_effect()))


for function in (
    plain,
    none,
    returns_program,
    returns_effect,
    returns_generator,
    returns_iterator,
    double,
    yields_twice,
):
    show(function.__name__, reader(env={"k": "v"})(function()))
print(returns_program().function.yields, double().function.yields)
