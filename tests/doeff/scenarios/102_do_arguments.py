"""`@do` keeps names, defaults, keyword-only and variable arguments, methods."""

import inspect

from _kit import attempt, show
from doeff import Pure, do


@do
def many(a, /, b, c=3, *rest, d, e=5, **named):
    """Many arguments."""
    yield Pure(None)
    return a, b, c, rest, d, e, named


class Thing:
    label = "thing"

    @do
    def method(self, x=1):
        yield Pure(None)
        return self.label, x

    @classmethod
    @do
    def from_class(cls, x):
        return cls.__name__, x

    @staticmethod
    @do
    def static(x):
        return x


show("all", many(1, 2, 4, 5, 6, d=7, f=8))
show("defaults", many(1, 2, d=0))
show("method", Thing().method())
show("unbound", Thing.method(Thing(), 2))
show("class method", Thing.from_class(1))
show("static", Thing.static(3))
print(many.__name__, many.__doc__, inspect.signature(many), many.__wrapped__ is not many)
attempt("wrong arguments are found late", lambda: type(many()).__name__)
show("wrong arguments", many())
show("unexpected keyword", Thing.static(3, y=1))
call = many(1, 2, d=3)
print(type(call).__name__, call.args, call.kwargs, call.function.yields)
