"""A `@do` handler body called with a program says to mark it with `@handler`."""

from _kit import show
from doeff import Ask, Pass, Resume, do


@do
def fetch(effect, k):
    yield Pass(effect, k)


@do
def typed(effect: Ask, again):
    return (yield Resume(again, 1))


@do
def other(left, right):
    return left + right


@do
def prog():
    return (yield Ask("x"))


show("k", fetch(prog()))
show("typed", typed(prog()))
show("other", other(prog()))
show("an effect", fetch(Ask("x")))
show("no argument", fetch())
show("yielded", do(lambda: (yield fetch(prog())))())
