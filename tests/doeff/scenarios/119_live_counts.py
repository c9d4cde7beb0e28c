"""`vm_live_counts` goes back after success, error and abandonment."""

import gc

from doeff import Ask, Resume, do, handler, run
from doeff_core_effects.handlers import reader
from doeff_core_effects.scheduler import CreatePromise, Spawn, Wait, scheduled
from doeff_vm import vm_live_counts

held = []


@do
def body():
    return (yield Ask("k"))


@do
def failing():
    yield Ask("k")
    raise ValueError("x")


@handler
def dropping(effect, k):
    return "dropped"


@handler
def holding(effect, k):
    held.append(k)
    return "held"


@do
def waiting(promise):
    yield Wait(promise.future)


@do
def leaving():
    promise = yield CreatePromise()
    yield Spawn(waiting(promise), daemon=True)
    yield Wait((yield Spawn(do(lambda: None)())))
    return "left"


def counts(label, program):
    before = vm_live_counts()
    try:
        result = run(program)
    except Exception as error:
        result = type(error).__name__
    gc.collect()
    after = vm_live_counts()
    print(label, result, tuple(b - a for a, b in zip(before, after, strict=True)))


print(type(vm_live_counts()).__name__, len(vm_live_counts()))
counts("success", reader(env={"k": 1})(body()))
counts("error", reader(env={"k": 1})(failing()))
counts("unhandled", body())
counts("drop", dropping(body()))
counts("hold", holding(body()))
held.clear()
gc.collect()
counts("after the hold", reader(env={"k": 1})(body()))
counts("abandoned task", scheduled(leaving()))
print(vm_live_counts())


@handler
def inside(effect: Ask, k):
    print("inside", tuple(n > 0 for n in vm_live_counts()))
    return (yield Resume(k, 1))


counts("inside", inside(body()))
