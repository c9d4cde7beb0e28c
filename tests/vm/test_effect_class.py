"""`@effect` on the VM: whose instances native code constructs and frees, and how well."""

from __future__ import annotations

import abc
import dataclasses
import gc
import sys
import threading
import weakref
from dataclasses import KW_ONLY, field
from typing import Any, Generic, TypeVar

import pytest
from doeff_vm import EffectBase, effect

T = TypeVar("T")


class Watched:
    """Something whose end is seen."""


@effect
class Fetch(EffectBase):
    url: Any
    retries: Any = 3


@effect
class Ping:
    pass


@effect
class Post(Fetch):
    body: Any = None


@effect
class Box(Generic[T]):
    content: T


@effect
class Named:
    first: Any
    _: KW_ONLY
    second: Any
    third: Any = 5


@effect
class Log:
    text: Any
    tags: list[Any] = field(default_factory=list)


@effect
class Checked:
    x: Any

    def __post_init__(self):
        pass


@effect
class Wide:
    a: Any
    b: Any
    c: Any
    d: Any
    e: Any
    f: Any
    g: Any
    h: Any
    i: Any
    j: Any
    k: Any
    m: Any


@effect
class Abstract(abc.ABC):
    x: Any


@effect
class TooWide:
    __annotations__ = dict.fromkeys([f"x{n}" for n in range(17)], "Any")


class Loose(Fetch):
    pass


class Slotted(Post):
    __slots__ = ("extra",)


@effect
class Again(Slotted):
    more: Any = 0


class Mixin:
    pass


@effect
class Mixed(Mixin):
    x: Any


def inits(function):
    """How many `__init__` Python has called."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event == "call" and frame.f_code.co_name == "__init__"

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


NATIVE = {
    "by position": lambda: Fetch("x", 1),
    "default": lambda: Fetch("x"),
    "by name": lambda: Fetch(url="x", retries=1),
    "other order": lambda: Fetch(retries=1, url="x"),
    "spread": lambda: Fetch(**{"url": "x"}),
    "no fields": Ping,
    "inherited": lambda: Post("x", body=1),
    "generic": lambda: Box(1),
    "generic alias": lambda: Box[int](1),
    "keyword only": lambda: Named(1, second=2),
    "factory given": lambda: Log("x", []),
    "many": lambda: Wide(*range(12)),
}

BY_PYTHON = {
    "factory": lambda: Log("x"),
    "post init": lambda: Checked(1),
    "subclass": lambda: Loose("x"),
    "subclass with slots": lambda: Slotted("x"),
    "of such a subclass": lambda: Again("x"),
    "mix-in with a dict": lambda: Mixed(1),
    "too many": lambda: TooWide(*range(17)),
}

(NATIVE if sys.version_info >= (3, 12) else BY_PYTHON)["abstract"] = lambda: Abstract(1)

SHAPES = NATIVE | BY_PYTHON

changes_class = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="refused where the layout has a list of weak references"
)


@pytest.mark.parametrize("name", NATIVE)
def test_the_constructor_is_native(name):
    make = NATIVE[name]
    assert inits(make) == 0


@pytest.mark.parametrize("name", BY_PYTHON)
def test_the_count_of_constructors_sees_those_in_python(name):
    assert inits(BY_PYTHON[name]) == 1


def test_a_changed_class_is_native_again_if_the_change_does_not_matter():
    @effect
    class Changing:
        x: Any

    assert inits(lambda: Changing(1)) == 0
    Changing.other = 5
    assert inits(lambda: Changing(1)) == 1
    assert inits(lambda: Changing(1)) == 0
    init = Changing.__init__
    Changing.__init__ = lambda self, x: None
    assert not hasattr(Changing(1), "x")
    Changing.__init__ = init
    assert inits(lambda: Changing(1)) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_an_instance_lives_as_long_as_it_should(name):
    make = SHAPES[name]
    gc.disable()
    try:
        one = make()
        again = [make() for _ in range(100)]
        assert all(other == one for other in again)
        reference = weakref.ref(one)
        assert reference() is one
        assert gc.is_tracked(one)
        del one
        assert reference() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", SHAPES)
def test_the_values_are_let_go(name):
    make = SHAPES[name]
    one = make()
    held = [Watched() for _ in dataclasses.fields(one)]
    watched = [weakref.ref(value) for value in held]
    for f, value in zip(dataclasses.fields(one), held, strict=True):
        object.__setattr__(one, f.name, value)
    del held
    value = None
    assert all(value() is not None for value in watched)
    del one
    assert [value() for value in watched] == [None] * len(watched)


def test_what_a_subclass_adds_is_let_go():
    slotted, loose, again = Slotted("x"), Loose("x"), Again("x")
    held = [Watched() for _ in range(3)]
    watched = [weakref.ref(value) for value in held]
    slotted.extra, loose.extra, more = held
    object.__setattr__(again, "extra", more)
    held.clear()
    del more, slotted, loose, again
    assert [value() for value in watched] == [None] * 3


def test_memory_goes_from_class_to_class():
    """Instances of one size share freed memory; none may see what another has left."""

    @effect
    class Other:
        name: Any
        size: Any = None

    for round in range(300):
        kept = [Fetch(round, Other(n)) for n in range(100)]
        references = [weakref.ref(one) for one in kept[::7]]
        assert [one.retries.name for one in kept] == list(range(100))
        assert all(one.retries.size is None and one.url == round for one in kept)
        blank = Other.__new__(Other)
        assert not hasattr(blank, "name")
        del kept, blank
        assert not any(reference() for reference in references)


def test_weak_references_are_told():
    seen = []
    one = Fetch("x")
    references = [weakref.ref(one, seen.append) for _ in range(3)]
    mapping = weakref.WeakKeyDictionary({one: 1})
    del one
    assert sorted(map(id, seen)) == sorted(map(id, references))
    assert len(mapping) == 0
    assert weakref.getweakrefcount(Fetch("x")) == 0  # in the same memory


def test_a_callback_may_make_another_in_the_meantime():
    made = []
    one = Fetch(Watched(), Watched())
    values = [weakref.ref(one.url, lambda _: made.append(Fetch(2)))]
    values.append(weakref.ref(one, lambda _: made.append(Fetch(1, 1))))
    del one
    assert made == [Fetch(1, 1), Fetch(2)]


# Finalizers


def test_a_finalizer_is_called_once():
    seen = []

    @effect
    class Final:
        x: Any

        def __del__(self):
            seen.append(self.x)

    class Derived(Final):
        pass

    for n in range(200):
        Final(n)
        Derived(-n)
    assert seen == [x for n in range(200) for x in (n, -n)]


def test_a_finalizer_is_called_once_by_the_collector():
    seen = []

    @effect
    class Final:
        x: Any

        def __del__(self):
            seen.append(len(self.x))

    for n in range(100):
        ring: list[Any] = [None] * n
        ring.append(Final(ring))
        del ring
    gc.collect()
    assert sorted(seen) == list(range(1, 101))
    Final("abc")
    assert seen[100:] == [3]


def test_an_instance_that_comes_back_to_life():
    saved = []

    @effect
    class Phoenix:
        x: Any

        def __del__(self):
            saved.append(self)

    reference = weakref.ref(Phoenix("x"))
    assert [one.x for one in saved] == ["x"]
    assert gc.is_tracked(saved[0])
    assert reference() is saved[0]
    ring: list[Any] = []
    ring.append(Phoenix(ring))
    del ring
    gc.collect()
    assert saved[1].x[0] is saved[1]
    saved[1].x.clear()
    saved.clear()
    assert reference() is None
    assert not saved


def test_a_finalizer_that_was_added_later():
    seen = []

    @effect
    class Later:
        x: Any

    class Derived(Later):
        pass

    first = Later(1), Derived(2)
    Later.__del__ = lambda self: seen.append(self.x)
    del first
    Later(3)
    assert sorted(seen) == [1, 2, 3]
    del Later.__del__
    Later(4)
    assert sorted(seen) == [1, 2, 3]


def test_a_finalizer_in_memory_that_has_seen_one():
    """CPython notes in the memory of an object that it was finalized, for good."""
    saved, seen = [], []

    @effect
    class Before:
        x: Any

        def __del__(self):
            saved.append(self)

    @effect
    class After:
        x: Any

        def __del__(self):
            seen.append(self.x)

    gc.collect()
    for _ in range(100):
        ring: list[Any] = []
        ring.append(Before(ring))
    del ring
    gc.collect()
    assert len(saved) == 100
    del Before.__del__
    for one in saved:
        one.x.clear()
    saved.clear()
    kept = [After(n) for n in range(200)]
    del kept
    assert sorted(seen) == list(range(200))


@changes_class
def test_a_finalizer_that_changes_the_class():
    @effect
    class Before:
        x: Any

        def __del__(self):
            object.__setattr__(self, "__class__", After)

    @effect
    class After:
        x: Any

        def __del__(self):
            raise AssertionError

    for _ in range(200):
        value = Watched()
        watched = weakref.ref(value)
        Before(value)
        del value
        assert watched() is None


@changes_class
def test_an_instance_may_change_its_class():
    @effect
    class Same:
        url: Any
        retries: Any = 3

    @dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
    class Plain(EffectBase):
        url: Any
        retries: Any = 3

    for _ in range(200):
        for source in (Fetch, Same, Plain):
            for target in (Fetch, Same, Plain):
                value = Watched()
                one = source(value, 1)
                object.__setattr__(one, "__class__", target)
                assert (type(one), one.url, one.retries) == (target, value, 1)
                watched = weakref.ref(value)
                del value, one
                assert watched() is None


def test_threads_construct_at_the_same_time():
    failed = []

    def work(seed):
        for n in range(20_000):
            one = Fetch(seed, Box(n))
            if (one.url, one.retries.content) != (seed, n):
                failed.append(one)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not failed
