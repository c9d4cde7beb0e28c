"""`WithObserve` sees every effect performed under it, and changes nothing."""

from _kit import attempt, show
from doeff import Ask, Get, Put, Resume, Tell, WithObserve, do, handler
from doeff_core_effects.handlers import reader, state, writer

log = []


@do
def body():
    yield Put("n", (yield Ask("a")))
    yield Tell("told")
    return (yield Get("n"))


def watch(name):
    def observer(effect):
        log.append((name, type(effect).__name__))
        return "ignored"

    return observer


def base(program):
    return reader(env={"a": 1})(state()(program))


def shown(label, program):
    log.clear()
    show(label, program)
    print(log)


@handler
def answering(effect: Ask, k):
    yield Get("inside the handler")
    return (yield Resume(k, "answered"))


shown("innermost", base(writer(WithObserve(watch("in"), body()))))
shown("outside of writer", base(WithObserve(watch("mid"), writer(body()))))
shown("outermost", WithObserve(watch("out"), base(writer(body()))))
shown("two", base(writer(WithObserve(watch("a"), WithObserve(watch("b"), body())))))
shown("handler's effects", base(WithObserve(watch("w"), answering(writer(body())))))
attempt("not callable", lambda: WithObserve(3, body()))
attempt("node", lambda: type(WithObserve(watch("x"), body())).__name__)
