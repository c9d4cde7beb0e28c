"""Weak references to the objects, and that cycles through nodes are freed."""

import gc
import weakref

from _kit import Ask, show, vm


class Marker:
    pass


def freed(build):
    marker = Marker()
    watch = weakref.ref(marker)
    build(marker)
    del marker
    gc.collect()
    gc.collect()
    return watch() is None


def node_cycle(marker):
    node = vm.Pure([marker])
    node.value.append(node)


def attribute_cycle(marker):
    node = vm.Pure(marker)
    node.itself = node


def call_cycle(marker):
    arguments = [marker]
    call = vm.DoFunction(len, [], False).make_call((arguments,), {})
    arguments.append(call)


def ok_cycle(marker):
    holder = [marker]
    holder.append(vm.Ok(holder))


def stream_cycle(marker):
    def generator():
        yield marker

    made = generator()
    holder = [made, marker]
    holder.append(vm.IRStream(made))


def handler_cycle(marker):
    def handler(effect, k):
        return marker, node

    node = vm.WithHandler(handler, vm.Pure(1))


def callable_cycle(marker):
    def function():
        return wrapped, marker

    wrapped = vm.Callable(function)


for build in (
    node_cycle,
    attribute_cycle,
    call_cycle,
    ok_cycle,
    stream_cycle,
    handler_cycle,
    callable_cycle,
):
    show(build.__name__, lambda b=build: freed(b))
INSTANCES = (
    vm.Pure(1),
    Ask("a"),
    vm.EffectBase(),
    vm.Ok(1),
    vm.PyVM(),
    vm.DoFunction(len, [], False).make_call((), {}),
    vm.WithHandler(len, vm.Pure(1)),
    vm.UnhandledEffect("u"),
    vm.Callable(len),
    vm.DoFunction(len, [], False),
)
for instance in INSTANCES:
    show(f"weakref {type(instance).__name__}", lambda i=instance: type(weakref.ref(i)).__name__)
for instance in INSTANCES:
    show(f"tracked {type(instance).__name__}", lambda i=instance: gc.is_tracked(i))
