"""A program may be run many times, and yielded many times: each call is fresh."""

from _kit import show
from doeff import Get, Put, do
from doeff_core_effects.handlers import state


@do
def step():
    n = yield Get("n")
    yield Put("n", n + 1)
    return n


@do
def main(program):
    return [(yield program), (yield program), (yield program)]


program = step()
wrapped = state(initial={"n": 10})(main(program))
show("one", state(initial={"n": 0})(main(program)))
show("two", wrapped)
show("again", wrapped)
