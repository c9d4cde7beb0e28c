"""`maybe`, `result`: absence and failure folded into values, nested both ways."""

from _kit import show
from doeff import Some, do
from doeff_core_effects import Absent, Raise
from doeff_core_effects.outcomes import maybe, result


@do
def absent():
    yield Absent("no value")
    return "never"


@do
def failed():
    yield Raise("reason")
    return "never"


@do
def fine():
    return "fine"


@do
def error():
    raise ValueError("a bug")


for program in (absent, failed, fine, error):
    name = program.__name__
    show(f"maybe {name}", maybe(program()))
    show(f"result {name}", result(program()))
    show(f"result maybe {name}", result(maybe(program())))
    show(f"maybe result {name}", maybe(result(program())))
show("maybe of a value", maybe(Some(1)))
