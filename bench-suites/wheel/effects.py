"""The installed wheel under the names that workloads import, with what the worker needs.

The names are the wheel's own objects, and programs are run as the embedded VM's are: while a run is
timed, nothing of this file is called.
"""

from doeff_vm import *  # noqa: F403
from doeff_vm import WithHandler, run

# A `drive` calls `run(program, handlers)`, as the VM's own `run` is called.
run_under = run


def install(handlers, program):
    """The program under handlers, innermost first, each with the effects it accepts or None."""
    for handler, effects in handlers:
        if effects is None:
            program = WithHandler(handler, program)
        else:
            program = WithHandler(handler, program, effects)
    return program
