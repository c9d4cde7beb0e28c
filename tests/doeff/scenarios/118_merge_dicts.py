"""`merge_dicts` merges programs and dicts left to right."""

from _kit import show
from doeff import Ask, Pure, do, merge_dicts
from doeff_core_effects.handlers import reader


@do
def asked():
    return {"k": (yield Ask("k"))}


show("merge", reader(env={"k": 3})(merge_dicts(Pure({"a": 1, "b": 1}), {"b": 2}, asked())))
show("nothing", merge_dicts())
show("not a dict", merge_dicts(Pure(1)))
show("not a program", merge_dicts(1))
