"""Fails unless doeff_vm and its extension module are imported from the installed wheel."""

import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import doeff_vm
import doeff_vm.doeff_vm

site = Path(sysconfig.get_path("platlib")).resolve()
for module in (doeff_vm, doeff_vm.doeff_vm):
    origin = Path(module.__file__).resolve()
    if site not in origin.parents:
        sys.exit(f"{module.__name__} comes from {origin}, not from the wheel installed in {site}")
print(f"doeff-vm {version('doeff-vm')} is imported from {site}")
