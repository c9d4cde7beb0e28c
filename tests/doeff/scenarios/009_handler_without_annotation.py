"""A handler without annotation sees every effect; `Any`, `object` and the base do so too."""

from typing import Any

from _kit import show
from doeff import Ask, EffectBase, Get, Pass, Resume, do, handler
from doeff_core_effects.handlers import reader, state


@do
def body():
    return ((yield Ask("a")), (yield Get("s")))


def seen_by(annotation):
    def watcher(effect, k):
        print(type(effect).__name__, end=" ")
        return (yield Pass(effect, k))

    if annotation is not None:
        watcher.__annotations__["effect"] = annotation
    return handler(watcher)


for annotation in (None, Any, object, EffectBase, Ask, Get, Ask | Get, "Ask", "Ask | Get"):
    program = reader(env={"a": 1})(state(initial={"s": 2})(seen_by(annotation)(body())))
    show(repr(annotation), program)


@handler
def all_answers(effect, k):
    return (yield Resume(k, type(effect).__name__))


show("answers all", all_answers(body()))
