"""Installers called without a program, or with something else."""

from _kit import attempt, show
from doeff import Pass, do, handler
from doeff_core_effects.handlers import lazy_ask, reader, slog_handler, state, try_handler, writer


@do
def prog():
    return 1


@do
def prog_of(x):
    return x


@handler
def mine(effect, k):
    yield Pass(effect, k)


for name, installer in {"mine": mine, "writer": writer, "try": try_handler}.items():
    attempt(name, installer)
attempt("state()()", state())
attempt("reader()()", reader())
attempt("slog_handler()", slog_handler)
for factory in (state, reader, lazy_ask):
    attempt("factory of program", lambda factory=factory: factory(prog()))
    attempt("factory of function", lambda factory=factory: factory(prog))
    attempt("factory of call", lambda factory=factory: factory(prog_of(1)))
show("not a program", mine(42))
show("function", mine(prog))
show("function with arguments", mine(prog_of))
show("none", writer(None))
show("nested", mine(state()(mine(42))))
