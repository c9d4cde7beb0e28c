"""Making instances without the constructor, signatures, and re-initialisation."""

import inspect

from _kit import say, show, vm

for name in ("Pure", "K", "Call", "Ok", "Err", "PyVM", "EffectBase", "HandlerSpec", "IRStream"):
    cls = getattr(vm, name)
    show(f"{name} object.__new__", lambda c=cls: object.__new__(c))
    show(f"{name} signature", lambda c=cls: str(inspect.signature(c)))
show("Pure.__new__", lambda: vm.Pure.__new__(vm.Pure, 1))
show("Pure.__new__ of another", lambda: vm.Pure.__new__(vm.Ok, 1))
node = vm.Pure(1)
show("init again", lambda: node.__init__(2))
show("value", lambda: node.value)
show("class assignment", lambda: setattr(node, "__class__", vm.Ok))
for name in ("run", "step_count", "arena_stats"):
    method = getattr(vm.PyVM, name)
    say(name, type(method).__name__, method.__text_signature__)
show("run of a class", lambda: vm.PyVM.run(vm.Pure(1)))
show("counts signature", lambda: str(inspect.signature(vm.vm_live_counts)))
