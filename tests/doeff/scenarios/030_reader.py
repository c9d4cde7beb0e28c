"""`reader` answers `Ask` from its env; a missing key is an error with advice."""

from _kit import show
from doeff import Ask, do
from doeff_core_effects.handlers import reader


@do
def ask(*keys):
    values = []
    for key in keys:
        values.append((yield Ask(key)))
    return values


show("found", reader(env={"a": 1, 2: "two", None: 3})(ask("a", 2, None)))
show("missing", reader(env={"alpha": 1, "beta": 2})(ask("alpa")))
show("empty env", reader()(ask("x")))
show("large env", reader(env={f"key{i}": i for i in range(12)})(ask("other")))
show("no reader", ask("x"))
show("unhashable", reader(env={})(ask([1])))
