"""What the machine counts and says of itself, and the switches of the scheduler."""

import doeff_vm.doeff_vm as extension
from _kit import Ask, do, say, show, vm


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


@do
def body(count):
    for _ in range(count):
        yield Ask("a")


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


def handled(program):
    before = extension.vm_work_counts()
    vm.PyVM().run(program)
    after = extension.vm_work_counts()
    return after[1] - before[1], after[0] > before[0]


say("type", type(extension.vm_work_counts()).__name__, len(extension.vm_work_counts()))
say("three effects", handled(vm.WithHandler(answer, body(3))))
say("passed on", handled(vm.WithHandler(answer, vm.WithHandler(passing, body(3)))))
say("no effects", handled(vm.WithHandler(answer, body(0))))
say("observer", handled(vm.WithHandler(answer, vm.WithObserve(vm.Callable(repr), body(2)))))
for name in ("set_scheduler_trace_installed", "set_scheduler_step_budget_armed"):
    switch = getattr(extension, name)
    show(f"{name} on", lambda s=switch: s(True))
    show(f"{name} off", lambda s=switch: s(False))
    show(f"{name} none", lambda s=switch: s())
    show(f"{name} int", lambda s=switch: s(1))
    show(
        f"{name} named",
        lambda s=switch: s(installed=True) if "trace" in s.__name__ else s(armed=True),
    )
    switch(False)
    say(repr(switch), switch.__text_signature__, switch.__module__)
show("surplus", lambda: vm.vm_live_counts(1))
