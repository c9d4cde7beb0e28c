"""Resuming `Raise` or `Absent` is an error of the binding."""

from _kit import show
from doeff import Resume, do, handler
from doeff_core_effects import Absent, Raise
from doeff_core_effects.outcomes import absent_as, direct_bind, new_absent_token, open_bind
from doeff_core_effects.outcomes import result as fold


@handler
def resuming(effect: Raise | Absent, k):
    return (yield Resume(k, "resumed"))


@do
def by_bind(effect):
    return (yield open_bind(effect))


@do
def plain(effect):
    return (yield effect)


for effect in (Raise("r"), Absent("a")):
    show(f"bind {effect!r}", resuming(by_bind(effect)))
    show(f"plain {effect!r}", resuming(plain(effect)))
show("nobody", by_bind(Absent("a")))
show("nobody fails", by_bind(Raise("r")))
token = new_absent_token()
show("direct", absent_as("default", by_bind(direct_bind(token, fold(Raise("x")))), token))
