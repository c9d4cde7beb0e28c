"""Which wheel this is: its version, and what it says of its build, as one line."""

from importlib.metadata import version

import doeff_vm

PACKAGES = ("doeff-vm", "doeff", "doeff-core-effects")


def handlers():
    """None."""
    return []


def drive(run, size):
    """The wheel's version, `doeff_vm.__build__` where there is one, and doeff's versions."""
    build = getattr(doeff_vm, "__build__", "published")
    return ", ".join([build, *(f"{name} {version(name)}" for name in PACKAGES)])
