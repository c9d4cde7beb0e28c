"""A step budget stops a run that never ends."""

import re

from _kit import attempt
from doeff import Spawn, Wait, do, run
from doeff_core_effects.scheduler import (
    StepBudgetExceeded,
    arm_step_budget,
    disarm_step_budget,
    scheduled,
)


@do
def worker():
    return 1


@do
def spinning():
    while True:
        yield Wait((yield Spawn(worker())))


attempt("no steps", lambda: arm_step_budget(0))
budget = arm_step_budget(2_000)
print(budget.limit_steps, budget.started_at_steps >= 0)
try:
    run(scheduled(spinning()))
except StepBudgetExceeded as error:
    print(re.sub(r"\d+ doeff-vm", "N doeff-vm", str(error).split(" (while")[0]))
    print(error.limit_steps, error.steps_taken > error.limit_steps, isinstance(error, Exception))
disarm_step_budget()
attempt("disarmed", lambda: run(scheduled(worker())))
