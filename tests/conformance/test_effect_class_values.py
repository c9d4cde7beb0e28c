"""`@effect`: its instances as values, and performed."""

from __future__ import annotations

import copy
import dataclasses
import gc
import math
import pickle
import sys
import types
import weakref
from dataclasses import FrozenInstanceError
from typing import Any, Generic, TypeVar

import pytest

from .helpers import answering

T = TypeVar("T")


@pytest.fixture
def defined(engine, monkeypatch):
    """A module of effect classes, where pickle finds them."""
    module: Any = types.ModuleType(f"effects_of_{engine.__name__}")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    @engine.effect
    class Fetch(engine.EffectBase):
        __module__ = module.__name__
        __qualname__ = "Fetch"
        url: str
        retries: int = 3

    @engine.effect
    class Post(Fetch):
        __module__ = module.__name__
        __qualname__ = "Post"
        body: Any = None

    @engine.effect
    class Ping:
        __module__ = module.__name__
        __qualname__ = "Ping"

    @engine.effect
    class Box(Generic[T]):
        __module__ = module.__name__
        __qualname__ = "Box"
        content: T

    class Cached(Fetch):
        __module__ = module.__name__
        __qualname__ = "Cached"

    class Outer:
        __module__ = module.__name__
        __qualname__ = "Outer"

        class Middle:
            __module__ = module.__name__
            __qualname__ = "Outer.Middle"

            @engine.effect
            class Inner(engine.EffectBase):
                __module__ = module.__name__
                __qualname__ = "Outer.Middle.Inner"
                x: int

    vars(module).update(Fetch=Fetch, Post=Post, Ping=Ping, Box=Box, Cached=Cached, Outer=Outer)
    return module


@pytest.fixture
def Fetch(defined):
    """An effect class with a default."""
    return defined.Fetch


def instances(defined):
    """One instance of each class."""
    return [
        defined.Fetch("x"),
        defined.Post("x", 1, (2, [3])),
        defined.Ping(),
        defined.Box(defined.Box(defined.Ping())),
        defined.Cached("x", 5),
        defined.Outer.Middle.Inner(7),
    ]


# Values


def test_they_are_shown_by_their_fields(defined):
    assert [repr(one) for one in instances(defined)] == [
        "Fetch(url='x', retries=3)",
        "Post(url='x', retries=1, body=(2, [3]))",
        "Ping()",
        "Box(content=Box(content=Ping()))",
        "Cached(url='x', retries=5)",
        "Outer.Middle.Inner(x=7)",
    ]


def test_one_that_holds_itself_is_shown(defined):
    ring: list[Any] = []
    box = defined.Box(ring)
    ring.append(box)
    assert repr(box) == "Box(content=[...])"
    ring.clear()


def test_they_are_equal_by_class_and_fields(defined, Fetch):
    one = Fetch("x")
    assert one == Fetch("x", 3) == Fetch("x", 3.0)
    assert one != Fetch("x", 4)
    assert one != Fetch("y")
    assert one != defined.Cached("x")
    assert one != defined.Post("x")
    assert one != ("x", 3)
    assert one.__eq__(("x", 3)) is NotImplemented
    assert defined.Cached("x") == defined.Cached("x")
    assert defined.Box(one) == defined.Box(Fetch("x"))
    assert Fetch(math.nan) != Fetch(float("nan"))


def test_they_are_hashed_by_their_fields(defined, Fetch):
    assert hash(Fetch("x")) == hash(Fetch("x", 3.0))
    assert len({Fetch("x"), Fetch("x", 3), Fetch("x", 4), defined.Cached("x")}) == 3
    assert {Fetch("x"): 1}[Fetch("x")] == 1
    for unhashable in (Fetch([]), Fetch("x", {}), defined.Box(Fetch([]))):
        with pytest.raises(TypeError, match="unhashable type"):
            hash(unhashable)


def test_a_comparison_of_its_own_is_kept(engine):
    @engine.effect
    class Fetch:
        url: str
        tag: int = dataclasses.field(default=0, compare=False)
        hidden: int = dataclasses.field(default=0, repr=False)

    @engine.effect
    class Same:
        x: int

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

        def __repr__(self):
            return "same"

    assert Fetch("x", 1) == Fetch("x", 2)
    assert hash(Fetch("x", 1)) == hash(Fetch("x", 2))
    assert repr(Fetch("x")).endswith("Fetch(url='x', tag=0)")
    assert Same(1) == Same(2)
    assert (hash(Same(1)), repr(Same(1))) == (7, "same")


def test_they_have_no_order(Fetch):
    with pytest.raises(TypeError, match="not supported between instances"):
        _ = Fetch("x") < Fetch("y")


def test_they_are_immutable(defined):
    for one in instances(defined):
        before = repr(one)
        for name in ("url", "x", "content", "unknown", "__class__", "__dict__"):
            if type(one) is defined.Cached and name != "url":
                continue  # an ordinary class, but for its fields
            with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
                setattr(one, name, 1)
            with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
                delattr(one, name)
        assert repr(one) == before
    assert issubclass(FrozenInstanceError, AttributeError)


def test_they_have_slots(defined):
    for one in instances(defined):
        assert hasattr(one, "__dict__") == isinstance(one, defined.Cached)
    assert defined.Fetch.__slots__ == ("url", "retries", "__weakref__")
    assert defined.Post.__slots__ == ("body",)


def test_they_can_be_referred_to_weakly(defined):
    pending = instances(defined)
    while pending:
        one = pending.pop()
        seen = []
        reference = weakref.ref(one, seen.append)
        assert reference() is one
        del one
        gc.collect()
        assert reference() is None
        assert seen == [reference]


def test_they_match_by_position_and_by_name(defined):
    assert defined.Fetch.__match_args__ == ("url", "retries")
    assert defined.Post.__match_args__ == ("url", "retries", "body")
    assert defined.Ping.__match_args__ == ()
    Fetch, Ping, Box, Post = defined.Fetch, defined.Ping, defined.Box, defined.Post

    def told(effect):
        match effect:
            case Post(url, body=body):
                return url, body
            case Fetch(url, retries=3):
                return url
            case Fetch(url, retries):
                return url, retries
            case Box(Box(content)):
                return content
            case Ping():
                return "ping"

    assert told(Fetch("x")) == "x"
    assert told(Fetch("x", 1)) == ("x", 1)
    assert told(Post("x", 1, "body")) == ("x", "body")
    assert told(Box(Box(2))) == 2
    assert told(Ping()) == "ping"


# Pickles and copies


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_they_are_pickled(defined, protocol):
    for one in instances(defined):
        twin = pickle.loads(pickle.dumps(one, protocol))
        assert type(twin) is type(one)
        assert twin == one
        assert twin is not one
        with pytest.raises(FrozenInstanceError):
            twin.url = "y"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_a_subclass_adds_is_pickled_too(defined, protocol):
    one = defined.Cached("x")
    one.hits = 5
    for twin in (pickle.loads(pickle.dumps(one, protocol)), copy.copy(one), copy.deepcopy(one)):
        assert (type(twin), twin.url, twin.retries, twin.hits) == (defined.Cached, "x", 3, 5)


def test_a_pickle_that_refers_to_itself(defined):
    ring: list[Any] = []
    ring.append(defined.Box(ring))
    for twin in (pickle.loads(pickle.dumps(ring)), copy.deepcopy(ring)):
        assert twin[0].content is twin
        twin.clear()
    ring.clear()


def test_a_copy_shares_and_a_deep_copy_does_not(defined):
    one = defined.Box([1])
    assert copy.copy(one) == copy.deepcopy(one) == one
    assert copy.copy(one).content is one.content
    assert copy.deepcopy(one).content is not one.content


def test_the_constructor_is_not_called_for_a_copy(engine, monkeypatch):
    calls = []

    @engine.effect
    class Counted:
        x: int

        def __post_init__(self):
            calls.append(self.x)

    monkeypatch.setitem(globals(), "Counted", Counted)
    Counted.__qualname__ = "Counted"
    one = Counted(1)
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert calls == [1]


def test_a_state_of_its_own_is_kept(engine, monkeypatch):
    @engine.effect
    class Stateful:
        x: int

        def __getstate__(self):
            return self.x

        def __setstate__(self, state):
            object.__setattr__(self, "x", -state)

    monkeypatch.setitem(globals(), "Stateful", Stateful)
    Stateful.__qualname__ = "Stateful"
    assert pickle.loads(pickle.dumps(Stateful(1))).x == -1
    assert copy.copy(Stateful(2)).x == -2


# Effects


def test_they_are_performed(engine, Fetch):
    performed = Fetch("x")
    seen = []

    def handler(effect, k):
        seen.append(effect)
        return (yield engine.Resume(k, (effect.url, effect.retries)))

    @engine.do
    def body():
        return (yield performed), (yield from Fetch("y", 1))

    assert engine.run(engine.WithHandler(handler, body())) == (("x", 3), ("y", 1))
    assert seen[0] is performed


def test_typed_handlers_accept_subclasses(engine, defined):
    def on_url(label):
        return lambda effect, k: engine.Resume(k, (label, effect.url))

    @engine.do
    def body():
        return (yield defined.Fetch("a")), (yield defined.Post("b")), (yield defined.Cached("c"))

    inner = engine.WithHandler(on_url("post"), body(), effects=defined.Post)
    program = engine.WithHandler(on_url("fetch"), inner, effects=defined.Fetch)
    assert engine.run(program) == (("fetch", "a"), ("post", "b"), ("fetch", "c"))
    program = engine.WithHandler(on_url("any"), body(), effects=engine.EffectBase)
    assert engine.run(program) == (("any", "a"), ("any", "b"), ("any", "c"))


def test_a_handler_may_be_annotated_with_one(engine):
    @engine.effect
    class Ask:
        value: int

    @engine.effect
    class Tell:
        value: int

    @engine.handler
    def on_ask(effect: Ask, k):
        return (yield engine.Resume(k, effect.value + 1))

    @engine.do
    def body():
        return (yield Ask(1)), (yield Tell(2))

    program = engine.WithHandler(on_ask, body())
    assert engine.run(engine.WithHandler(answering(engine, "tell"), program)) == (2, ("tell", 2))


def test_one_that_nothing_accepts_is_named(engine, Fetch):
    with pytest.raises(engine.UnhandledEffect) as raised:
        engine.run(Fetch("x"))
    assert str(raised.value).startswith("no handler accepts Fetch(url='x', retries=3); ")


def test_effects_without_fields_and_with_many(engine):
    @engine.effect
    class Tick:
        pass

    @engine.effect
    class Wide:
        value: int
        b: int = 1
        c: int = 2
        d: int = 3

    @engine.do
    def body():
        total = 0
        for n in range(200):
            total += (yield Wide(n))[1]
            total += yield Tick()
        return total

    program = engine.WithHandler(answering(engine, "wide"), body(), effects=Wide)

    def on_tick(effect, k):
        return engine.Resume(k, 1)

    assert engine.run(engine.WithHandler(on_tick, program, effects=Tick)) == sum(range(200)) + 200
