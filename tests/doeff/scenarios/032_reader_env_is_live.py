"""`reader` keeps the mapping itself: a later change is seen, programs are values."""

from _kit import show
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader

env = {"a": 1, "p": Pure(3)}
handler = reader(env=env)


@do
def body():
    first = yield Ask("a")
    env["a"] = 2
    return first, (yield Ask("a")), type((yield Ask("p"))).__name__


show("first", handler(body()))
show("second", handler(body()))
show("shadowed", reader(env={"b": 0})(handler(body())))
