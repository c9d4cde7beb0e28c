"""The package and its extension share the objects of all names."""

import doeff_vm.doeff_vm as extension
from _kit import NAMES, say, vm

for name in NAMES:
    say(name, "same object:", getattr(vm, name) is getattr(extension, name))
only_extension = (
    "StateHandler",
    "set_scheduler_step_budget_armed",
    "set_scheduler_trace_installed",
    "vm_work_counts",
)
for name in only_extension:
    say(name, "in the extension:", hasattr(extension, name))
say("extension name:", extension.__name__, "package:", extension.__package__)
