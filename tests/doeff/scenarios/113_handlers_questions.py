"""`GetHandlers`, `GetOuterHandlers`, `GetBoundaries`: the stack as a handler sees it."""

from _kit import attempt, show
from doeff import (
    Ask,
    GetBoundaries,
    GetHandlers,
    GetOuterHandlers,
    Resume,
    WithObserve,
    do,
    handler,
)
from doeff_core_effects.handlers import reader, state, writer


def name_of(value):
    return getattr(value, "__qualname__", type(value).__name__).split(".<locals>.")[0]


@handler
def asking(effect: Ask, k):
    handlers = yield GetHandlers(k)
    boundaries = yield GetBoundaries(k)
    outer = yield GetOuterHandlers()
    print([name_of(one) for one in handlers])
    print([(kind, name_of(one)) for kind, one in boundaries])
    print([name_of(one) for one in outer])
    print(type(handlers).__name__, type(boundaries).__name__, type(outer).__name__)
    return (yield Resume(k, "asked"))


@do
def body():
    outer = yield GetOuterHandlers()
    print("body", [name_of(one) for one in outer])
    return (yield Ask("k"))


def observer(effect):
    return None


inner = WithObserve(observer, state()(body()))
show("stack", reader()(asking(writer(inner))))
show("alone", asking(body()))
attempt("without k", GetHandlers)
