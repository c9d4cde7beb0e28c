"""Modules that need Hy say which extra to install."""

import importlib

import doeff_core_effects
from _kit import attempt

for name in ("file_effects", "memory_file", "cache", "http_handlers", "channel_effects"):
    attempt(name, lambda name=name: importlib.import_module(f"doeff_core_effects.{name}"))
attempt("HttpRequest", lambda: doeff_core_effects.HttpRequest)
attempt("nothing", lambda: doeff_core_effects.no_such_name)
