"""DOEFF_VM_INVARIANT_CHECKS and DOEFF_VM_DEBUG: what the environment switches change."""

import os
import subprocess
import sys

from _kit import say

CODE = (
    "import doeff_vm as vm\n"
    "def handler(effect, k): return vm.Resume(k, 1)\n"
    "class E(vm.EffectBase): pass\n"
    "print(vm.invariant_checks_enabled(), vm.PyVM().run(vm.WithHandler(handler, E())))\n"
)
for value in (None, "", "0", "1", "true", "yes", "off"):
    environment = {
        key: text for key, text in os.environ.items() if key != "DOEFF_VM_INVARIANT_CHECKS"
    }
    if value is not None:
        environment["DOEFF_VM_INVARIANT_CHECKS"] = value
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False
    )
    say(repr(value), done.stdout.strip(), done.stderr.strip().splitlines()[-1:])
