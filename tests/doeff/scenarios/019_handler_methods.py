"""Handlers as methods, class methods and partials, with state of their own."""

import functools

from _kit import show
from doeff import Ask, Resume, do, handler


class Service:
    def __init__(self, name):
        self.name = name
        self.seen = 0

    @do
    def answer(self, effect: Ask, k):
        self.seen += 1
        return (yield Resume(k, f"{self.name}:{effect.key}"))

    @classmethod
    @do
    def shared(cls, effect: Ask, k):
        return (yield Resume(k, f"{cls.__name__}:{effect.key}"))


@do
def with_prefix(prefix, effect: Ask, k):
    return (yield Resume(k, prefix + effect.key))


@do
def body():
    return [(yield Ask("a")), (yield Ask("b"))]


one, two = Service("one"), Service("two")
show("method", handler(one.answer)(body()))
show("other instance", handler(two.answer)(body()))
show("nested", handler(one.answer)(handler(two.answer)(body())))
print(one.seen, two.seen)
show("class method", handler(Service.shared)(body()))
show("partial", handler(functools.partial(with_prefix, "p-"))(body()))
print(handler(one.answer).__name__, handler(one.answer).__qualname__)
print(handler(functools.partial(with_prefix, "p-")).__name__)
