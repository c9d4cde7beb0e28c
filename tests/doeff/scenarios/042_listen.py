"""`Listen` collects effects of the given types while a program runs."""

from _kit import show
from doeff import Ask, Listen, SlogEffect, Tell, WriterTellEffect, do, slog
from doeff_core_effects.handlers import (
    listen_handler,
    reader,
    slog_discard_handler,
    state,
    writer,
    writer_log,
)


@do
def talk():
    yield Tell("one")
    yield slog("noise", level="debug")
    yield Ask("a")
    yield Tell("two")
    return "said"


@do
def main():
    default = yield Listen(talk())
    slogs = yield Listen(talk(), types=(SlogEffect,))
    asks = yield Listen(talk(), types=(Ask, WriterTellEffect))
    nested = yield Listen(Listen(talk()), types=(Ask,))
    return default, slogs, asks, nested, (yield writer_log())


@do
def failing():
    yield Tell("before")
    raise ValueError("in the middle")


@do
def catching():
    try:
        return (yield Listen(failing()))
    except ValueError as error:
        return f"caught {error}"


base = reader(env={"a": 1})
show("listen", base(state()(writer(slog_discard_handler(listen_handler(main()))))))
show("error", state()(writer(listen_handler(catching()))))
show("no handler", Listen(talk()))
