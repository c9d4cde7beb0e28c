"""An observer that raises, and observers of what does not need them."""

from _kit import show
from doeff import Ask, Pure, WithObserve, do
from doeff_core_effects.handlers import reader


def angry(effect):
    raise ValueError(f"angry about {effect}")


def no_argument():
    return None


@do
def body():
    try:
        return (yield Ask("a"))
    except ValueError as error:
        return f"caught {error}"


show("raises", reader(env={"a": 1})(WithObserve(angry, body())))
show("raises, not caught", reader(env={"a": 1})(WithObserve(angry, Ask("a"))))
show("wrong signature", reader(env={"a": 1})(WithObserve(no_argument, body())))
show("no effect", WithObserve(angry, Pure(1)))
show("bad body", WithObserve(angry, 3))
show("unhandled", WithObserve(print, Ask("nobody")))
