"""What inspect.signature says of effect classes."""

import inspect
from dataclasses import dataclass

from _kit import show, vm


class Plain(vm.EffectBase):
    pass


class WithInit(vm.EffectBase):
    def __init__(self, first, second=1):
        pass


class Inherited(WithInit):
    pass


class WithNew(vm.EffectBase):
    def __new__(cls, only):
        return super().__new__(cls)


@dataclass(frozen=True)
class Fields(vm.EffectBase):
    number: int


class Fieldless(Plain):
    """Has a docstring."""


for effect in (vm.EffectBase, Plain, WithInit, Inherited, WithNew, Fields, Fieldless):
    show(effect.__name__, lambda effect=effect: str(inspect.signature(effect)))
    show("  text", lambda effect=effect: effect.__text_signature__)
