"""`run_local` runs a context: code, a program, nothing."""

from types import SimpleNamespace

from _kit import attempt
from doeff import Pure
from doeff.runners import run_local

ready = Pure({"a": 1})


def context(**fields):
    base = {"hy_source": None, "py_source": None, "program_ref": None, "format": "text"}
    return SimpleNamespace(**{**base, **fields})


attempt("code", lambda: run_local(context(py_source="from doeff import Pure\nyield Pure(3)")))
attempt("program", lambda: run_local(context(program_ref="__main__.ready")))
attempt("json", lambda: run_local(context(program_ref="__main__:ready", format="json")))
attempt("nothing", lambda: run_local(context()))
