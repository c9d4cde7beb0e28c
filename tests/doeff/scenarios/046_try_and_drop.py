"""A handler inside of `Try` that drops ends only what it handles."""

from dataclasses import dataclass

from _kit import show
from doeff import EffectBase, Resume, Try, do, handler
from doeff_core_effects.handlers import try_handler


@dataclass(frozen=True)
class Stop(EffectBase):
    value: object


@handler
def stopping(effect: Stop, k):
    return ("stopped", effect.value)


@handler
def going(effect: Stop, k):
    return (yield Resume(k, effect.value))


@do
def body():
    value = yield Stop(1)
    return ("not stopped", value)


@do
def main():
    result = yield Try(body())
    return ("after", result)


show("handler outside", stopping(try_handler(main())))
show("handler inside", try_handler(stopping(main())))
show("handler around", try_handler(Try(stopping(body()))))
show("going", try_handler(going(main())))
