"""`Local` overrides keys for a program, other keys go outward."""

from _kit import show
from doeff import Ask, Local, do
from doeff_core_effects.handlers import local_handler, reader


@do
def both():
    return (yield Ask("a")), (yield Ask("b"))


@do
def main():
    before = yield both()
    inside = yield Local({"a": 10}, both())
    nested = yield Local({"a": 20}, Local({"b": 30}, both()))
    shadow = yield Local({"a": 1}, Local({"a": 2}, both()))
    return before, inside, nested, shadow, (yield both())


@do
def failing():
    try:
        yield Local({}, Ask("zz"))
    except KeyError as error:
        return type(error).__name__
    return None


env = {"a": 1, "b": 2}
show("local", reader(env=env)(local_handler(main())))
show("failing", reader(env=env)(local_handler(failing())))
show("no handler", reader(env=env)(main()))
show("outside of reader", local_handler(reader(env=env)(main())))
