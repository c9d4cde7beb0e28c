"""`open_bind`: what it hands back for each kind of operand."""

from _kit import attempt, show
from doeff import Ask, Pure, do
from doeff_core_effects import Absent, Raise
from doeff_core_effects.outcomes import direct_bind, new_absent_token, open_bind


@do
def plain(x):
    return x + 1


@do
def yielding(x):
    return (yield Pure(x)) + 1


@do
def fails():
    raise ValueError("at the bind")


@do
def gives_generator():
    return (n for n in [Pure(1)])


ask, pure, call = Ask("k"), Pure(1), yielding(1)
print(open_bind(ask) is ask, open_bind(pure) is pure, open_bind(call) is call)
settled = open_bind(plain(2))
print(type(settled).__name__, settled.value)
print(type(open_bind(gives_generator())).__name__)
attempt("fails", lambda: open_bind(fails()))
attempt("absent", lambda: type(open_bind(Absent("why"))).__name__)
attempt("raise", lambda: type(open_bind(Raise("why"))).__name__)
attempt("number", lambda: open_bind(5))
attempt("direct", lambda: open_bind(direct_bind(new_absent_token(), ask)) is ask)
attempt("nothing", open_bind)
attempt("with absent", lambda: type(open_bind(ask, lambda: "r")).__name__)
show("generator", open_bind(gives_generator()))
