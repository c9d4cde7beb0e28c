"""Context variables set in bodies and clauses are seen by all: one context for a run."""

import contextvars

from _kit import Ask, do, go, say, vm

VARIABLE = contextvars.ContextVar("variable", default="unset")


@do
def answer(effect, k):
    say("  clause sees", VARIABLE.get())
    VARIABLE.set("by the clause")
    return (yield vm.Resume(k, 1))


@do
def body():
    VARIABLE.set("by the body")
    yield Ask("a")
    say("  body sees", VARIABLE.get())


go("run", vm.WithHandler(answer, body()))
say("after", VARIABLE.get())
context = contextvars.copy_context()
context.run(lambda: go("in a copy", vm.WithHandler(answer, body())))
say("after", VARIABLE.get())
