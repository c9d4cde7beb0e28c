"""Inside `Try` the handlers between it and `try_handler` still answer; state is kept."""

from _kit import show
from doeff import Ask, Get, Put, Try, do
from doeff_core_effects.handlers import reader, state, try_handler


@do
def step():
    yield Put("n", (yield Get("n")) + (yield Ask("by")))
    raise ValueError("after the put")


@do
def main():
    error = yield Try(step())
    return error, (yield Get("n"))


show("inner", try_handler(reader(env={"by": 2})(state(initial={"n": 1})(main()))))
show("outer", reader(env={"by": 2})(state(initial={"n": 1})(try_handler(main()))))
show("unhandled inside", try_handler(Try(Ask("nobody"))))
show("missing key inside", try_handler(reader()(Try(Ask("nobody")))))
