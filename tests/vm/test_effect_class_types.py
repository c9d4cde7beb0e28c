"""`@effect` on the VM: what native code does to a class, and what happens to that."""

from __future__ import annotations

import dataclasses
import gc
import sys
import weakref
from typing import Any

import doeff_vm.doeff_vm
import pytest
from doeff_vm import EffectBase, effect


class Watched:
    """Something whose end is seen."""


@effect
class Fetch(EffectBase):
    url: Any
    retries: Any = 3


class Loose(Fetch):
    pass


class Mixin:
    pass


@effect
class Mixed(Mixin):
    x: Any


def test_a_class_is_freed_with_what_is_known_of_it():
    def known():
        return sum(type(item).__name__ == "EffectClass" for item in gc.get_objects())

    def make():
        default = Watched()

        @effect
        class Local:
            x: Any
            y: Any = default

        @effect
        class Child(Local):
            z: Any = None

            def method(self):
                return super().method()

        Child.instance = Child(Local(1))
        default.cls = Child
        return weakref.ref(Local), weakref.ref(Child), weakref.ref(default)

    gc.collect()
    gc.disable()
    try:
        before = known()
        references = [reference for _ in range(10) for reference in make()]
        assert known() == before + 20
        gc.collect()
        assert [reference() for reference in references] == [None] * 30
        assert known() == before
    finally:
        gc.enable()


def test_the_collector_sees_what_is_known_of_a_class():
    default = Watched()

    @effect
    class Local:
        x: Any
        y: Any = default

    (known,) = [item for item in gc.get_referents(Local) if type(item).__name__ == "EffectClass"]
    referents = gc.get_referents(known)
    for held in (default, Local.__init__, vars(Local)["x"], vars(Local)["y"], type(known)):
        assert sum(item is held for item in referents) == 1
    assert len(referents) == 5
    with pytest.raises(TypeError):
        type(known)()


def test_a_class_that_is_called_while_it_is_collected():
    """Cleanup may call what the collector is taking to pieces, in whatever order it does so."""
    outcomes = []

    def make(arguments, position):
        @effect
        class Local:
            x: Any
            y: Any = None

        class Late(
            int
        ):  # the collector does not know its instances: they end when a list is cleared
            __slots__ = ()

            def __del__(self):
                try:
                    outcomes.append(type(Local(*arguments)).__name__)
                except Exception as error:
                    outcomes.append(error)

        ring: list[Any] = [Local, Late, Local(1)]
        ring.insert(position, Late(1))
        ring.append(ring)
        Local.ring = Late.ring = ring

    gc.collect()
    gc.disable()
    try:
        for arguments in ((1,), (1, 2), ()):
            for position in range(4):
                make(arguments, position)
        gc.collect()
    finally:
        gc.enable()
    assert len(outcomes) == 12


def test_an_instance_that_was_made_while_its_class_was():
    made = []

    class Base(EffectBase):
        def __init_subclass__(cls) -> None:
            made.append(cls.__new__(cls))

    for _ in range(20):

        @effect
        class Child(Base):
            x: Any
            y: Any

        value = Watched()
        watched = weakref.ref(value)
        object.__setattr__(made[-1], "x", value)
        del value
        assert made[-1].x is watched()
        made.clear()
        assert watched() is None
        assert Child(1, 2) == Child(1, 2)


def test_a_subclass_that_was_made_while_its_base_was():
    derived = []

    class Base(EffectBase):
        def __init_subclass__(cls) -> None:
            if cls.__base__ is Base:
                derived.append(type("Derived", (cls,), {}))

    @effect
    class Child(Base):
        x: Any
        y: Any = 2

    assert issubclass(derived[-1], Child)
    for _ in range(100):
        one = derived[-1](Watched())
        one.extra = Watched()
        watched = weakref.ref(one.x), weakref.ref(one.extra)
        del one
        assert [reference() for reference in watched] == [None, None]


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="refused where the layout has a list of weak references"
)
def test_bases_may_be_exchanged():
    @effect
    class First:
        x: Any

    @effect
    class Second:
        x: Any

    @dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
    class Plain(EffectBase):
        x: Any

    @effect
    class Child(First):
        y: Any = 1

    class Loose(First):
        pass

    for base in (Second, Plain, First):
        for cls in (Child, Loose):
            old = cls(Watched())
            watched = [weakref.ref(old.x)]
            cls.__bases__ = (base,)
            new = cls(Watched())
            watched.append(weakref.ref(new.x))
            assert isinstance(new, base)
            del old, new
            assert [reference() for reference in watched] == [None, None]


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (int, ("real",)),
        (list, ()),
        (object, ()),
        (type, ("__name__",)),
        (EffectBase, ()),
        (property, ("fget", "fset", "fdel")),
        (Fetch, ("url", "retries")),
        (Loose, ("url", "retries")),
        (Mixed, ("x",)),
        (type("Short", (EffectBase,), {"__slots__": ("a", "b", "__weakref__")}), ("a",)),
        (type("Twice", (EffectBase,), {"__slots__": ("a", "b", "__weakref__")}), ("a", "a")),
        (type("Foreign", (EffectBase,), {"__slots__": ("a", "__weakref__")}), ("unknown",)),
    ],
)
def test_nothing_is_done_to_a_class_of_another_layout(cls, names):
    before = gc.get_referents(cls)
    doeff_vm.doeff_vm._make_native(cls, names, len(names), {})
    assert [id(item) for item in gc.get_referents(cls)] == [id(item) for item in before]


def test_no_slot_of_another_class_is_taken():
    class Other:
        __slots__ = ("a", "b")

    for alias in (vars(Other)["a"], vars(Other)["b"]):
        cls = type("Alias", (EffectBase,), {"__slots__": ("z", "__weakref__"), "a": alias})
        for names in (("a",), ("z", "a")):
            doeff_vm.doeff_vm._make_native(cls, names, len(names), {})
            assert all(type(item).__name__ != "EffectClass" for item in gc.get_referents(cls))
