"""What an error carries: frames and the chain of handlers, with names, lines and counts."""

from _kit import clean, show
from doeff import Ask, Pass, do, handler
from doeff.traceback import format_default
from doeff_core_effects.handlers import reader, state


@handler
def passing(effect, k):
    yield Pass(effect, k)


def plain_helper():
    raise ValueError("in a helper")


@do
def inner():
    yield Ask("a")
    plain_helper()


@do
def outer():
    return (yield inner())


@do
def direct():
    return plain_helper()


PROGRAMS = {
    "no handler": direct(),
    "one handler": reader(env={"a": 1})(outer()),
    "three handlers": reader(env={"a": 1})(passing(state()(outer()))),
    "after resume": reader(env={"a": 1})(passing(inner())),
}
for name, program in PROGRAMS.items():
    error = show(name, program)
    for entry in getattr(error, "__doeff_traceback__", ["nothing"]):
        print("   ", clean(entry))
    print(clean(format_default(error)))
