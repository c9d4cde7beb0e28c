"""`slog_handler` writes one line to stderr per effect."""

from _kit import show
from doeff import SlogEffect, do, slog
from doeff_core_effects.handlers import slog_discard_handler, slog_handler


@do
def body():
    answer = yield slog("plain")
    yield slog("with fields", a=1, b="two")
    yield slog("with level", level="warning", n=3)
    yield SlogEffect(17)
    return answer


show("display", slog_handler(body()))
show("discard", slog_discard_handler(body()))
show("none", body())
print(repr(slog("x")), repr(slog("x", a=1)), slog("x", a=1).kwargs)
