"""Deep recursion of programs, deep nesting of handlers."""

from _kit import show
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader, state


@do
def count(n):
    if n == 0:
        return (yield Ask("base"))
    return 1 + (yield count(n - 1))


@do
def tail(n):
    if n == 0:
        return "bottom"
    return (yield tail(n - 1))


def nested(n, program):
    for i in range(n):
        program = reader(env={i: i})(program) if i % 2 else state()(program)
    return program


show("ten thousand calls", reader(env={"base": 5})(count(10_000)))
show("thirty thousand tail calls", tail(30_000))
show("two hundred handlers", reader(env={"base": 1})(nested(200, count(3))))
show("nodes", nested(50, Pure(7)))
