"""`writer` keeps what is told in state; `writer_log` reads a copy."""

from _kit import show
from doeff import Tell, do
from doeff_core_effects.handlers import state, writer, writer_log


@do
def body():
    empty = yield writer_log()
    told = yield Tell("one")
    yield Tell({"two": 2})
    log = yield writer_log()
    log.append("not kept")
    return empty, told, log, (yield writer_log())


show("writer", state()(writer(body())))
show("wrong order", writer(state()(body())))
show("no state", writer(body()))
show("no writer", state()(Tell("x")))
