"""The message of an unhandled effect: the handlers in scope, those passed over, the hint."""

from dataclasses import dataclass

from _kit import show
from doeff import Ask, EffectBase, Get, Pass, Put, WithObserve, do, handler
from doeff_core_effects.handlers import reader, slog_handler, state, try_handler, writer


@dataclass(frozen=True)
class Mine(EffectBase):
    n: int


@handler
def untyped(effect, k):
    yield Pass(effect, k)


@handler
def many(effect: Ask | Get | Put | EffectBase, k):
    yield Pass(effect, k)


@handler
def four(effect: "Ask | Get | Put | Other", k):
    yield Pass(effect, k)


class Other(EffectBase):
    pass


@do
def body():
    return (yield Mine(1))


show("none", body())
show("untyped", untyped(body()))
show("typed", reader(env={"a": 1})(state()(body())))
show("both", reader()(untyped(state()(body()))))
show("same twice", reader()(reader(env={"a": 1})(body())))
show("large union", four(body()))
show("all", many(body()))
show("library", try_handler(slog_handler(state()(writer(body())))))
show("observer between", reader()(WithObserve(print, state()(body()))))
show("key not there", reader()(state()(Ask("k"))))
show("inner get", reader()(untyped(Get("k"))))
