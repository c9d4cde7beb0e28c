"""`yield from` an effect, a program, a generator."""

from _kit import show
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader


@do
def sub(x):
    return x + (yield Ask("k"))


def helper(x):
    first = yield Ask("k")
    return first + x


@do
def main():
    a = yield from Ask("k")
    b = yield from sub(10)
    c = yield from helper(100)
    d = yield from Pure(1000)
    e = yield from reader(env={"k": 5})(sub(10_000))
    return a, b, c, d, e


show("yield from", reader(env={"k": 1})(main()))
