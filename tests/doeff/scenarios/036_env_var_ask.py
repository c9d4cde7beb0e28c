"""`env_var_ask` answers from the environment and imports symbols in braces."""

import os

from _kit import show
from doeff import Ask, do
from doeff_core_effects.handlers import env_var_ask, reader
from doeff_core_effects.scheduler import scheduled

os.environ["DOEFF_PLAIN"] = "text"
os.environ["APP_PLAIN"] = "app text"
os.environ["DOEFF_SYMBOL"] = "{os.path.sep}"
os.environ["DOEFF_BROKEN"] = "{no_such_module.thing}"


@do
def ask(key):
    return (yield Ask(key))


for key in ("PLAIN", "SYMBOL", "BROKEN", "other"):
    outer = reader(env={"other": "from reader"})
    show(key, scheduled(outer(env_var_ask()(ask(key)))))
show("prefix", scheduled(env_var_ask(prefix="APP_")(ask("PLAIN"))))
show("not set", scheduled(env_var_ask()(ask("nothing"))))
