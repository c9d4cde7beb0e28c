"""The handler object of `state`: its names and types; it is not called from Python."""

from _kit import attempt, clean
from doeff import Get, Put, handler_effect_types
from doeff_core_effects.handlers import state

raw = state(initial={"a": 1}).__doeff_handler_data__
print(type(raw).__name__, type(raw).__module__, raw.__name__, raw.__qualname__)
print(raw.effect_types, handler_effect_types(raw) == (Get, Put))
print(clean(repr(raw)), callable(raw))
attempt("call", lambda: raw(Get("a"), None))
attempt("call with nothing", raw)
attempt("build", lambda: type(raw)({}, Get, Put).effect_types)
attempt("build with less", lambda: type(raw)({}))
attempt("build with no dict", lambda: type(raw)([], Get, Put))
attempt("build with no type", lambda: type(raw)({}, 1, Put))
