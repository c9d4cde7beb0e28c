"""Removed names, and names that are in another module."""

import doeff
from _kit import attempt

for name in ("Delegate", "Modify", "cache", "async_run", "default_handlers", "KleisliProgram"):
    attempt(name, lambda name=name: getattr(doeff, name)())
attempt("attribute", lambda: doeff.presets.anything)
for name in ("state", "reader", "scheduled", "writer", "no_such_name"):
    attempt(name, lambda name=name: getattr(doeff, name))


def import_state():
    from doeff import state  # noqa: PLC0415

    return state


attempt("import", import_state)
print(doeff.__version__, doeff.AskEffect is doeff.Ask, doeff.race is doeff.Race)
print([name for name in dir(doeff) if not name.startswith("_")])
