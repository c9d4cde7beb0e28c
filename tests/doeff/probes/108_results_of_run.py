"""What run gives for programs that end in each kind of value, and that run keeps nothing."""

import gc
import weakref

from _kit import Ask, do, failure, go, say, vm


class Thing:
    pass


@do
def makes():
    return Thing()
    yield


@do
def fails():
    thing = Thing()
    error = ValueError("x")
    error.thing = thing
    raise error
    yield


@do
def answer(effect, k):
    return (yield vm.Resume(k, Thing()))


machine = vm.PyVM()
watch = weakref.ref(machine.run(makes()))
say("result freed", watch() is None)
watch = weakref.ref(machine.run(vm.WithHandler(answer, Ask("a"))))
say("resumed value freed", watch() is None)
try:
    machine.run(fails())
except ValueError as error:
    watch = weakref.ref(error.thing)
    say(failure(error))
gc.collect()
say("error freed", watch() is None)
marker = Thing()
watch = weakref.ref(marker)
program = vm.Pure(marker)
del marker
machine.run(program)
say("program keeps", watch() is not None)
del program
say("program freed", watch() is None)
for value in (NotImplemented, Ellipsis, ..., (), frozenset(), memoryview(b"a").nbytes):
    go(type(value).__name__, vm.Pure(value))
