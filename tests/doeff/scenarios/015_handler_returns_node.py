"""A handler without `yield` that returns a node or an effect is refused at that moment."""

from _kit import show
from doeff import Ask, Pass, Pure, Resume, Transfer, do, handler


@do
def body():
    return (yield Ask("x"))


@handler
def returns_resume(effect, k):
    return Resume(k, 1)


@handler
def returns_transfer(effect, k):
    return Transfer(k, 1)


@handler
def returns_pass(effect, k):
    return Pass(effect, k)


@handler
def returns_effect(effect, k):
    return Ask("y")


@handler
def returns_program(effect, k):
    return Pure(3)


@handler
def returns_value(effect, k):
    return "dropped"


@handler
def yields_then_returns_node(effect, k):
    yield Pure(1)
    return Resume(k, 1)


for installer in (
    returns_resume,
    returns_transfer,
    returns_pass,
    returns_effect,
    returns_program,
    returns_value,
    yields_then_returns_node,
):
    show(installer.__name__, installer(body()))
