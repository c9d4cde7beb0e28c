"""The totals of steps and handler calls grow with the work done."""

from _kit import attempt
from doeff import Get, do, run
from doeff_core_effects.handlers import reader, state
from doeff_core_effects.world_phases import close_phase_log, mark_world_phase, open_phase_log
from doeff_vm.doeff_vm import vm_work_counts


@do
def body(n):
    total = 0
    for _ in range(n):
        total += yield Get("n")
    return total


def work(program):
    before = vm_work_counts()
    run(program)
    after = vm_work_counts()
    return after[0] - before[0], after[1] - before[1]


small, large = work(state(initial={"n": 1})(body(1))), work(state(initial={"n": 1})(body(101)))
print(type(vm_work_counts()).__name__, large[0] > small[0])
print("handler calls per Get", (large[1] - small[1]) / 100)
passed = work(state(initial={"n": 1})(reader()(body(101))))
print("through a typed reader", (passed[1] - large[1]) / 100)
open_phase_log()
attempt("mark", lambda: mark_world_phase("made"))
print([(mark.phase, mark.steps > 0) for mark in close_phase_log()])
