"""`on_raise` and `absent_as` handle some cases."""

from dataclasses import dataclass

from _kit import attempt, show
from doeff import Nothing, Some, do
from doeff_core_effects import Absent, Raise, RaiseCase, absent_as, on_raise


@dataclass(frozen=True)
class Late:
    days: int


@dataclass(frozen=True)
class Lost:
    pass


@do
def failing(reason):
    yield Raise(reason)


@do
def absent():
    yield Absent("gone")


LIMIT = 9
late = RaiseCase((Late,), lambda reason: Some(reason.days) if reason.days < LIMIT else Nothing)
lost = RaiseCase((Lost,), lambda reason: Some("lost"))
odd = RaiseCase((Lost,), lambda reason: "neither")
show("late", on_raise(failing(Late(2)), late, lost))
show("lost", on_raise(failing(Lost()), late, lost))
show("too late", on_raise(failing(Late(20)), late, lost))
show("odd", on_raise(failing(Lost()), odd))
show("no failure", on_raise(do(lambda: 3)(), late))
show("default", absent_as("default", absent()))
show("default not needed", absent_as("default", do(lambda: 3)()))
attempt("no case", lambda: on_raise(failing(1)))
attempt("wide case", lambda: RaiseCase((object,), lambda reason: Some(1)))
attempt("empty case", lambda: RaiseCase((), lambda reason: Some(1)))
attempt("error reason", lambda: Raise(ValueError("x")))
attempt("empty why", lambda: Absent(""))
