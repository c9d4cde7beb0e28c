"""`@effect`: how instances are constructed."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, field
from typing import Any, ClassVar

import pytest


@pytest.fixture
def Fetch(engine):
    """An effect class with a default."""

    @engine.effect
    class Fetch(engine.EffectBase):
        url: str
        retries: int = 3

    return Fetch


def test_fields_are_given_by_position_by_name_or_by_default(Fetch):
    for made in (
        Fetch("x", 5),
        Fetch("x", retries=5),
        Fetch(url="x", retries=5),
        Fetch(retries=5, url="x"),
        Fetch(*["x", 5]),
        Fetch(**{"url": "x", "retries": 5}),
        functools.partial(Fetch, "x")(5),
    ):
        assert (made.url, made.retries) == ("x", 5)
        assert type(made) is Fetch
    for made in (Fetch("x"), Fetch(url="x")):
        assert (made.url, made.retries) == ("x", 3)


def test_a_name_that_was_made_at_run_time_is_as_good(Fetch):
    name = "".join(["u", "r", "l"])
    assert Fetch(**{name: "x"}).url == "x"


def test_values_come_back_untouched(Fetch):
    value, other = object(), object()
    made = Fetch(value, other)
    assert made.url is value
    assert made.retries is other


@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        ((), {}, "missing 1 required positional argument: 'url'"),
        ((), {"retries": 1}, "missing 1 required positional argument: 'url'"),
        ((1, 2, 3), {}, "takes from 2 to 3 positional arguments but 4 were given"),
        ((1,), {"url": 2}, "got multiple values for argument 'url'"),
        ((1, 2), {"retries": 2}, "got multiple values for argument 'retries'"),
        ((1,), {"tries": 2}, "got an unexpected keyword argument 'tries'"),
        ((1, 2), {"tries": 2}, "got an unexpected keyword argument 'tries'"),
    ],
)
def test_wrong_arguments_name_the_class_and_the_parameter(Fetch, arguments, named, message):
    for _ in range(2):
        with pytest.raises(TypeError) as raised:
            Fetch(*arguments, **named)
        assert str(raised.value).startswith(f"{Fetch.__qualname__}.__init__() {message}")
    assert Fetch(1).url == 1


def test_a_class_without_fields(engine):
    @engine.effect
    class Ping:
        pass

    assert repr(Ping()).endswith("Ping()")
    assert Ping() == Ping()
    with pytest.raises(TypeError, match=r"takes 1 positional argument but 2 were given$"):
        Ping(1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        Ping(x=1)


@pytest.mark.parametrize("size", [1, 8, 9, 16, 17, 40])
def test_classes_of_many_fields(engine, size):
    names = [f"field_{index}" for index in range(size)]
    made = engine.effect(type("Many", (), {"__annotations__": dict.fromkeys(names, Any)}))
    one = made(*range(size))
    assert [getattr(one, name) for name in names] == list(range(size))
    assert made(**{name: index for index, name in enumerate(names)}) == one
    del one
    with pytest.raises(TypeError, match=f"missing 1 required .*'{names[-1]}'"):
        made(*range(size - 1))


def test_keyword_only_fields(engine):
    @engine.effect
    class Fetch:
        url: str
        _: KW_ONLY
        retries: int = 3
        timeout: float
        first: int = field(default=1, kw_only=False)

    made = Fetch("x", 2, timeout=0.5)
    assert (made.url, made.first, made.retries, made.timeout) == ("x", 2, 3, 0.5)
    assert Fetch(timeout=1, url="x", retries=4).retries == 4
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'timeout'"):
        Fetch("x")
    with pytest.raises(TypeError, match="takes from 2 to 3 positional arguments but 5 were given"):
        Fetch("x", 2, 3, 0.5)
    with pytest.raises(TypeError, match="positional argument"):
        Fetch("x", 2, 3, timeout=0.5)


def test_a_default_factory_makes_a_new_value_each_time(engine):
    made_by_it = []

    def make():
        made_by_it.append([])
        return made_by_it[-1]

    @engine.effect
    class Log:
        text: str
        tags: list[str] = field(default_factory=make)
        level: int = 0

    first, second = Log("a"), Log("b", level=2)
    assert [first.tags, second.tags] == made_by_it == [[], []]
    assert first.tags is made_by_it[0]
    given: list[str] = []
    assert Log("c", given).tags is given
    assert Log("c", tags=given).level == 0
    assert len(made_by_it) == 2


def test_a_default_factory_that_raises(engine):
    def fail():
        raise LookupError("no value")

    @engine.effect
    class Log:
        text: str
        tags: list[str] = field(default_factory=fail)

    with pytest.raises(LookupError, match="no value"):
        Log("a")
    assert Log("a", []).tags == []


def test_a_mutable_default_is_refused(engine):
    with pytest.raises(ValueError, match="mutable default"):

        @engine.effect
        class Log:
            tags: list[str] = []  # noqa: RUF012


def test_a_field_without_default_after_one_with(engine):
    with pytest.raises(TypeError, match="non-default argument 'url' follows default argument"):

        @engine.effect
        class Fetch:
            retries: int = 3
            url: str


def test_defaults_that_are_none_or_a_class_or_a_function(engine):
    def nothing():
        pass

    @engine.effect
    class Call:
        argument: None = None
        cls: type = int
        function: Any = nothing

    assert (Call().argument, Call().cls, Call().function) == (None, int, nothing)


def test_class_variables_are_no_fields(engine):
    @engine.effect
    class Fetch:
        url: str
        known: ClassVar[list[str]] = ["x"]
        undeclared = 5

    assert [f.name for f in dataclasses.fields(Fetch)] == ["url"]
    assert (Fetch("x").known, Fetch.known, Fetch.undeclared) == (["x"], ["x"], 5)


def test_fields_that_the_constructor_does_not_take(engine):
    @engine.effect
    class Fetch:
        url: str
        state: str = field(default="new", init=False)
        later: str = field(init=False)

    made = Fetch("x")
    assert (made.url, made.state) == ("x", "new")
    assert not hasattr(made, "later")
    with pytest.raises(TypeError):
        Fetch("x", "old")


def test_post_init_may_complete_the_effect(engine):
    @engine.effect
    class Fetch:
        url: str
        suffix: InitVar[str] = ""
        length: int = field(init=False)

        def __post_init__(self, suffix):
            object.__setattr__(self, "url", self.url + suffix)
            object.__setattr__(self, "length", len(self.url))

    assert (Fetch("x", "yz").url, Fetch("x", "yz").length) == ("xyz", 3)
    with pytest.raises(FrozenInstanceError):
        Fetch("x").length = 4


def test_an_inherited_post_init_is_called(engine):
    class Counting:
        __slots__ = ()
        count = 0

        def __post_init__(self):
            type(self).count += 1

    @engine.effect
    class Fetch(Counting):
        url: str

    made = [Fetch(url) for url in "abc"]
    assert (Fetch.count, [one.url for one in made]) == (3, ["a", "b", "c"])


def test_init_variables_without_post_init(engine):
    @engine.effect
    class Fetch:
        url: str
        ignored: InitVar[int] = 0

    assert Fetch("x", 5) == Fetch("x")


def test_a_constructor_of_its_own_is_kept(engine):
    @engine.effect
    class Fetch:
        url: str

        def __init__(self, host, path):
            object.__setattr__(self, "url", host + path)

    assert Fetch("h", path="/p").url == "h/p"


def test_a_new_of_its_own_is_called(engine):
    made = []

    @engine.effect
    class Fetch:
        url: str

        def __new__(cls, url):
            made.append(url)
            return object.__new__(cls)

    assert Fetch("x").url == "x"
    assert made == ["x"]


def test_odd_names(engine):
    @engine.effect
    class Odd:
        self: int
        __secret: int
        cls: int = 0
        object: int = 1
        default: int = 2
        lambda_: int = 3

        def secret(self):
            return self.__secret

    one = Odd(5, 6, lambda_=7)
    assert (one.self, one.secret(), one.cls, one.object, one.lambda_) == (5, 6, 0, 1, 7)
