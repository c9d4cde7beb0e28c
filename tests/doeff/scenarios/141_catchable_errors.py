"""Which errors of the machine itself can be caught at the `yield`, and which end the run."""

from _kit import describe, show
from doeff import Apply, Ask, Expand, Pure, Resume, UnhandledEffect, do, handler
from doeff_core_effects.handlers import state
from doeff_vm import Callable, Perform, WithHandler

PROGRAMS = {
    "number": lambda: 1,
    "unhandled": lambda: Ask("x"),
    "expand a value": lambda: Expand(Pure(3)),
    "apply a value": lambda: Apply(Pure(3), []),
    "apply an effect": lambda: Apply(Pure(Callable(abs)), [Ask("x")]),
    "bad body": lambda: state()(3),
    "bad handler": lambda: WithHandler(3, Pure(1)),
    "perform a value": lambda: Perform(3),
    "call": do(lambda x: x),
}


@do
def catching(make):
    try:
        return (yield make())
    except Exception as error:
        return f"caught {describe(error)}"


@do
def outside(make):
    try:
        return (yield do(lambda: (yield make()))())
    except Exception as error:
        return f"caught outside {describe(error)}"


@handler
def twice(effect: Ask, k):
    first = yield Resume(k, 1)
    try:
        return (yield Resume(k, 2)), first
    except Exception as error:
        return f"caught {describe(error)}"


@do
def around():
    try:
        return (yield twice(Ask("x")))
    except Exception as error:
        return f"caught around {describe(error)}"


for name, make in PROGRAMS.items():
    show(name, catching(make))
    show(f"{name}, outside", outside(make))
show("second resume", around())
print(issubclass(UnhandledEffect, Exception))
