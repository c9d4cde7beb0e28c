"""Subscripting the classes, as type annotations that are evaluated do."""

import typing

from _kit import NAMES, say, show, vm

T = typing.TypeVar("T")
for name in NAMES:
    cls = getattr(vm, name)
    if isinstance(cls, type):
        show(name, lambda c=cls: c[int])
        show(f"{name} two", lambda c=cls: c[int, str])
alias = vm.Ok[int]
say(type(alias), alias.__origin__ is vm.Ok, alias.__args__, typing.get_origin(alias))
show("call of the alias", lambda: alias(3))
show("alias parameters", lambda: vm.Ok[T].__parameters__)
show("alias of an alias", lambda: vm.Ok[T][int])
show("union", lambda: vm.Ok[int] | vm.Err)
show("isinstance of the alias", lambda: isinstance(vm.Ok(1), alias))


class Read(vm.EffectBase[int]):
    pass


class Write(vm.EffectBase[T], typing.Generic[T]):
    pass


show("subclass of an alias", lambda: (Read.__mro__, Read.__orig_bases__))
show("generic subclass", lambda: (Write[int], Write.__parameters__))
show("instance", lambda: type(Read()).__name__)
show("instance of the generic alias", lambda: type(Write[int]()).__name__)
show("Expand subclass of an alias", lambda: type("Sub", vm.Expand[int].__mro_entries__(()), {}))
