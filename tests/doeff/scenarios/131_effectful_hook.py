"""`@effectful` modules are rewritten at import: `perform(e)` is a yield."""

import importlib
import sys
import tempfile
from pathlib import Path

from _kit import attempt, show
from doeff import Ask, effectful, install_import_hook
from doeff_core_effects.handlers import reader

SOURCE = """
from doeff import Ask, Effects, effectful

@effectful
def total(perform: Effects[Ask], keys: list[str]) -> int:
    result = 0
    for key in keys:
        result += perform(Ask(key))
    return result

@effectful
def twice(perform: Effects[Ask]) -> int:
    return perform(total(["a"])) * 2

class Thing:
    @effectful
    def method(self, perform: Effects[Ask], key: str) -> str:
        return f"thing {perform(Ask(key))}"
"""
BAD = """
from doeff import Effects, effectful

@effectful
def bad(perform: Effects[object]) -> object:
    return [perform(1) for _ in range(2)], (lambda: perform(2))
"""
with tempfile.TemporaryDirectory() as directory:
    sys.path.insert(0, directory)
    Path(directory, "plain_module.py").write_text(SOURCE)
    Path(directory, "hooked_module.py").write_text(SOURCE)
    Path(directory, "hooked_bad.py").write_text(BAD)
    attempt("not rewritten", lambda: importlib.import_module("plain_module"))
    install_import_hook("hooked_module", "hooked_bad")
    module = importlib.import_module("hooked_module")
    base = reader(env={"a": 1, "b": 2})
    show("total", base(module.total(["a", "b"])))
    show("twice", base(module.twice()))
    show("method", base(module.Thing().method("a")))
    show("error", base(module.total(["zz"])))
    attempt("bad", lambda: importlib.import_module("hooked_bad"))


def here(perform, x):
    return perform(Ask(x))


attempt("in this module", lambda: effectful(here))
