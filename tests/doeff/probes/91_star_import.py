"""What star imports give, and that submodules import on their own."""

import importlib

from _kit import say

for module in ("doeff_vm", "doeff_vm.doeff_vm"):
    space = {}
    exec(f"from {module} import *", space)
    say(module, "PyVM" in space, "_bind" in space)
for name in ("_bind", "_effect_types", "_not_a_program", "_unhandled_hint", "doeff_vm"):
    module = importlib.import_module(f"doeff_vm.{name}")
    say(name, module.__name__, module.__package__)
