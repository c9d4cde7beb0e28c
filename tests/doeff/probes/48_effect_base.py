"""EffectBase: arguments, subclasses of many kinds, iteration and reduction."""

import abc
import dataclasses
import enum
import typing

from _kit import Ask, do, go, say, show, vm


class Empty(vm.EffectBase):
    pass


class OwnNew(vm.EffectBase):
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init__(self, key):
        self.key = key


class CallsSuper(vm.EffectBase):
    def __init__(self, key):
        super().__init__()
        self.key = key


class SuperWithArguments(vm.EffectBase):
    def __init__(self, key):
        super().__init__(key)


@dataclasses.dataclass
class Data(vm.EffectBase):
    key: str
    other: int = 2


@dataclasses.dataclass(frozen=True)
class Frozen(vm.EffectBase):
    key: str


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenSlots(vm.EffectBase):
    key: str


class Slots(vm.EffectBase):
    __slots__ = ("key",)


class Pair(typing.NamedTuple):
    left: int


def refusal(thunk):
    try:
        thunk()
    except Exception as error:
        return error


class Abstract(vm.EffectBase, abc.ABC):
    @abc.abstractmethod
    def method(self):
        raise NotImplementedError


class OnlyNew(vm.EffectBase):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls, *args, **kwargs)


class Iterating(vm.EffectBase):
    def __iter__(self):
        return iter([1])


show("none", lambda: type(vm.EffectBase()).__name__)
show("arguments", lambda: vm.EffectBase(1))
show("keywords", lambda: vm.EffectBase(a=1))
show("Empty arguments", lambda: Empty(1))
show("Empty keywords", lambda: Empty(key=1))
show("Empty both", lambda: Empty(1, 2, key=1))
show("OwnNew", lambda: OwnNew(1).key)
show("OwnNew surplus", lambda: OwnNew(1, 2))
show("CallsSuper", lambda: CallsSuper(1).key)
show("SuperWithArguments", lambda: SuperWithArguments(1))
show("OnlyNew", lambda: OnlyNew(1))
show("Data", lambda: Data("k"))
show("Data equal", lambda: (Data("k") == Data("k"), Data("k") == Data("j")))
show("Data hash", lambda: hash(Data("k")))
show("Frozen", lambda: (Frozen("k"), hash(Frozen("k")) == hash(Frozen("k"))))
show("Frozen set", lambda: setattr(Frozen("k"), "key", 1))
show("FrozenSlots", lambda: FrozenSlots("k"))
show("FrozenSlots dict", lambda: hasattr(FrozenSlots("k"), "__dict__"))
show("Slots", Slots)
say("Abstract is refused", isinstance(refusal(Abstract), TypeError))
for base in (Exception, int, str, tuple, dict, list, Pair, vm.Expand, type):
    show(f"with {base.__name__}", lambda b=base: type("Both", (vm.EffectBase, b), {}).__mro__)
show("enum", lambda: enum.Enum("Both", "A B", type=vm.EffectBase))
show("Protocol", lambda: type(typing.Protocol)("P", (vm.EffectBase, typing.Protocol), {}))
say("weakref", vm.EffectBase.__weakrefoffset__, Empty.__weakrefoffset__ != 0)
say("dict", hasattr(vm.EffectBase(), "__dict__"), vars(Empty()))
stream = iter(Ask("a"))
say(type(stream).__name__, stream.__name__, repr(next(stream)))
show("send", lambda: stream.send("answer"))
say("reduce", Ask("a").__reduce_ex__(2)[0].__name__, len(Ask("a").__reduce_ex__(2)))
show("reduce no argument", lambda: Ask("a").__reduce_ex__())


@do
def answer(effect, k):
    return (yield vm.Resume(k, type(effect).__name__))


@do
def delegating(effect):
    return (yield from effect)


go("yield from", vm.WithHandler(answer, delegating(Data("k"))))
go("yield from own iter", vm.WithHandler(answer, delegating(Iterating())))
