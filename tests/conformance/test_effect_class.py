"""`@effect`: what class it makes, of what, and what may become of that later."""

from __future__ import annotations

import abc
import dataclasses
import gc
import inspect
from dataclasses import FrozenInstanceError, field
from typing import Generic, Protocol, TypeVar

import pytest

T = TypeVar("T")


@pytest.fixture
def Fetch(engine):
    """An effect class with a default."""

    @engine.effect
    class Fetch(engine.EffectBase):
        url: str
        retries: int = 3

    return Fetch


def test_the_base_is_added_only_where_it_is_absent(engine):
    class Mixin:
        __slots__ = ()

    @engine.effect
    class Bare:
        x: int

    @engine.effect
    class Mixed(Mixin):
        x: int

    @engine.effect
    class Named(engine.EffectBase):
        x: int

    assert Bare.__bases__ == Named.__bases__ == (engine.EffectBase,)
    assert Mixed.__bases__ == (engine.EffectBase, Mixin)
    for cls in (Bare, Mixed, Named):
        assert isinstance(cls(1), engine.EffectBase)
        assert isinstance(cls(1), engine.Program)


def test_name_documentation_and_signature_are_kept(engine):
    @engine.effect
    class Fetch:
        """Fetches a page."""

        url: str
        retries: int = 3

    @engine.effect
    class Plain:
        x: int

    assert Fetch.__doc__ == "Fetches a page."
    assert Fetch.__name__ == "Fetch"
    assert Fetch.__qualname__.endswith("are_kept.<locals>.Fetch")
    assert Fetch.__module__ == __name__
    assert list(inspect.signature(Fetch).parameters) == ["url", "retries"]
    assert inspect.signature(Fetch).parameters["retries"].default == 3
    assert Fetch.__annotations__ == {"url": "str", "retries": "int"}
    assert Plain.__doc__.startswith("Plain(x:")


def test_it_is_a_dataclass(engine, Fetch):
    assert dataclasses.is_dataclass(Fetch)
    assert [f.name for f in dataclasses.fields(Fetch)] == ["url", "retries"]
    assert dataclasses.asdict(Fetch("x")) == {"url": "x", "retries": 3}
    assert dataclasses.astuple(Fetch("x")) == ("x", 3)
    replaced = dataclasses.replace(Fetch("x"), retries=4)
    assert (type(replaced), replaced.url, replaced.retries) == (Fetch, "x", 4)
    with pytest.raises(TypeError, match="unexpected keyword argument 'tries'"):
        dataclasses.replace(Fetch("x"), tries=4)


def test_methods_and_properties_are_kept(engine):
    class Base:
        __slots__ = ()

        def describe(self):
            return "base"

        @classmethod
        def known(cls):
            return cls.__name__

    def plainly(function):
        def called(*args):
            return function(*args)

        return called

    @engine.effect
    class Fetch(Base):
        url: str

        def describe(self):
            return f"{super().describe()} {self.url}"

        @property
        def described(self):
            return super().describe() + "!"

        @plainly
        def wrapped(self):
            return super().describe() + "?"

        @classmethod
        def known(cls):
            return super().known() + "."

        @staticmethod
        def the_class():
            return __class__

        @engine.do
        def program(self):
            return super().describe()

    one = Fetch("x")
    assert (one.describe(), one.described, one.wrapped()) == ("base x", "base!", "base?")
    assert (Fetch.known(), Fetch.the_class()) == ("Fetch.", Fetch)
    assert engine.run(one.program()) == "base"


def test_only_one_class_is_left(engine):
    class Base(engine.EffectBase):
        pass

    @engine.effect
    class Child(Base):
        x: int

        def method(self):
            return __class__

    @engine.effect
    class Bare:
        x: int

        def method(self):
            return __class__

    gc.collect()
    assert Base.__subclasses__() == [Child]
    names = [cls.__qualname__ for cls in engine.EffectBase.__subclasses__()]
    assert names.count(Bare.__qualname__) == 1


def test_subclass_hooks_see_the_class(engine):
    seen = []

    class Named:
        def __set_name__(self, owner, name):
            self.owner, self.name = owner, name

    class Base(engine.EffectBase):
        def __init_subclass__(cls) -> None:
            seen.append(cls)

    @engine.effect
    class Fetch(Base):
        url: str
        named = Named()

    assert seen[-1] is Fetch
    assert (Fetch.named.owner, Fetch.named.name) == (Fetch, "named")


def test_fields_are_inherited(engine, Fetch):
    @engine.effect
    class Post(Fetch):
        body: bytes = b""
        retries: int = 0

    @engine.effect
    class Put(Post):
        etag: str = field(default="*", kw_only=True)

    assert [f.name for f in dataclasses.fields(Put)] == ["url", "retries", "body", "etag"]
    one = Put("x", body=b"b")
    assert (one.url, one.retries, one.body, one.etag) == ("x", 0, b"b", "*")
    assert Put.__bases__ == (Post,)
    assert isinstance(one, Fetch)
    assert Post("x", 1, b"").retries == 1
    assert Fetch("x").retries == 3
    assert not hasattr(one, "__dict__")


def test_a_plain_subclass_is_an_ordinary_class(engine, Fetch):
    class Cached(Fetch):
        hits = 0

        def count(self):
            self.hits += 1
            return self.hits

    one = Cached("x", retries=1)
    assert (one.url, one.retries, one.count(), one.count()) == ("x", 1, 1, 2)
    assert vars(one) == {"hits": 2}
    for name in ("url", "retries"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 1)


def test_a_plain_subclass_with_a_constructor(engine, Fetch):
    class Local(Fetch):
        __slots__ = ("port",)

        def __init__(self, port):
            super().__init__(f"localhost:{port}")
            self.port = port

    one = Local(80)
    assert (one.url, one.retries, one.port) == ("localhost:80", 3, 80)

    @engine.effect
    class Further(Local):
        more: int = 0

    one = Further("u", 1, 2)
    assert (one.url, one.retries, one.more) == ("u", 1, 2)
    assert not hasattr(one, "port")


def test_generic_classes(engine):
    @engine.effect
    class Box(Generic[T]):
        content: T

    @engine.effect
    class Choice(engine.EffectBase[T], Generic[T]):
        options: tuple[T, ...]

    @engine.effect
    class Answered(engine.EffectBase[int]):
        question: str

    class IntBox(Box[int]):
        pass

    for cls in (Box, Choice):
        assert type(cls[int]((1,))) is cls
        assert cls[int]((1,)) == cls((1,))
        assert not hasattr(cls((1,)), "__dict__")
    assert IntBox(3).content == 3
    assert Answered("q").question == "q"


def test_abstract_classes_and_protocols(engine):
    class Sized(Protocol):
        def size(self) -> int: ...

    @engine.effect
    class Base(abc.ABC):
        x: int

        @abc.abstractmethod
        def size(self) -> int: ...

    @engine.effect
    class Child(Base, Sized):
        y: int = 2

        def size(self) -> int:
            return self.x + self.y

    with pytest.raises(TypeError, match="abstract"):
        Base(1)
    assert Child(1).size() == 3
    Base.register(int)
    assert isinstance(3, Base)


def test_a_metaclass_that_is_called(engine):
    calls = []

    class Meta(type):
        def __call__(cls, *args):
            calls.append(args)
            return super().__call__(*args)

    @engine.effect
    class Fetch(metaclass=Meta):
        url: str

    assert Fetch("x").url == "x"
    assert calls == [("x",)]
    assert type(Fetch) is Meta


def test_a_mix_in_with_a_dict(engine):
    class Mixin:
        def note(self):
            self.noted = self.x

    @engine.effect
    class Fetch(Mixin):
        x: int

    one = Fetch(1)
    assert (one.x, vars(one)) == (1, {})
    with pytest.raises(FrozenInstanceError):
        one.note()


# What is no effect class


@pytest.mark.parametrize("given", [3, None, "Fetch", len, lambda: None])
def test_the_decorator_needs_a_class(engine, given):
    name = type(given).__qualname__
    with pytest.raises(TypeError) as raised:
        engine.effect(given)
    assert str(raised.value) == f"@effect needs a class, got an object of type '{name}'"


def test_slots_are_the_decorators_business(engine, Fetch):
    class Slotted:
        __slots__ = ("x",)
        x: int

    for cls in (Slotted, Fetch):
        with pytest.raises(TypeError) as raised:
            engine.effect(cls)
        assert str(raised.value) == (
            f"@effect makes the slots of '{cls.__qualname__}', which must not have __slots__"
        )


def test_exceptions_are_refused(engine):
    class Failure(engine.EffectBase, ValueError):
        code: int = 0

    with pytest.raises(TypeError) as raised:
        engine.effect(Failure)
    assert str(raised.value) == (
        f"@effect makes immutable classes, but '{Failure.__qualname__}' is an exception class"
    )


def test_a_mutable_dataclass_is_no_base(engine):
    @dataclasses.dataclass
    class Mutable(engine.EffectBase):
        x: int

    with pytest.raises(TypeError, match="cannot inherit frozen dataclass from a non-frozen one"):

        @engine.effect
        class Frozen(Mutable):
            y: int


# A class that is changed later


def test_what_is_replaced_later_is_honoured(engine, Fetch, monkeypatch):
    assert Fetch("x").url == "x"
    seen = []
    init = Fetch.__init__

    def watched(self, *args):
        seen.append(args)
        init(self, *args)

    def new(cls, *args):
        seen.append(cls)
        return object.__new__(cls)

    with monkeypatch.context() as patch:
        patch.setattr(Fetch, "__init__", watched)
        assert [Fetch("x", n).retries for n in (1, 2)] == [1, 2]
        assert seen == [("x", 1), ("x", 2)]
    assert Fetch("x", 4).retries == 4
    assert len(seen) == 2
    with monkeypatch.context() as patch:
        patch.setattr(Fetch, "__new__", new, raising=False)
        assert Fetch("x", 5).retries == 5
    assert seen[2:] == [Fetch]


def test_a_class_attribute_may_be_set(engine, Fetch):
    for count in range(5):
        Fetch.count = count
        assert (Fetch("x").url, Fetch("x", 1).count) == ("x", count)
    del Fetch.count
    assert Fetch("x", 1).retries == 1


def test_a_field_that_is_replaced_in_the_class_cannot_be_set(engine, Fetch):
    Fetch.url = property(lambda self: "always")
    for _ in range(2):
        with pytest.raises(AttributeError):
            Fetch("x", 1)


def test_a_base_that_is_changed(engine):
    class Mixin:
        __slots__ = ()

    @engine.effect
    class Fetch(Mixin):
        url: str

    seen = []

    def new(cls, url):
        seen.append(url)
        return object.__new__(cls)

    assert Fetch("x").url == "x"
    Mixin.__new__ = new
    assert [Fetch(url).url for url in "ab"] == ["a", "b"]
    assert seen == ["a", "b"]


def test_an_instance_without_values(engine, Fetch):
    for empty in (Fetch.__new__(Fetch), object.__new__(Fetch)):
        assert not hasattr(empty, "url")
        for use in (repr, hash, lambda one: one == one.__class__.__new__(Fetch)):
            with pytest.raises(AttributeError):
                use(empty)
        gc.collect()
        handled = engine.WithHandler(lambda effect, k: engine.Pure(type(effect)), empty)
        assert engine.run(handled) is Fetch
