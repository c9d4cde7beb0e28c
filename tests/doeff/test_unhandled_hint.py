"""The text for an effect that nobody handled."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from doeff_vm import EffectBase, _unhandled_hint
from doeff_vm._unhandled_hint import (
    handler_name,
    hint_for,
    register_unhandled_effect_hint,
    skipped_by_annotation,
    unhandled_message,
)


class Ask(EffectBase):
    def __init__(self, key: str = "k") -> None:
        self.key = key

    def __repr__(self) -> str:
        return f"Ask({self.key!r})"


class Child(Ask):
    pass


class Tell(EffectBase):
    pass


class One(EffectBase):
    pass


class Two(EffectBase):
    pass


class Outer:
    class Inner(EffectBase):
        def __repr__(self) -> str:
            return "Inner()"

    def __call__(self, effect: Tell, k: object) -> None:
        pass

    def method(self, effect: Tell, k: object) -> None:
        pass


Namesake = type("Ask", (EffectBase,), {"__module__": "elsewhere"})

INSTALL_ASK = (
    "  hint: install a handler for Ask: run(fn(prog)), where fn is a def (effect: Ask, k) "
    "marked with @handler that returns (yield Resume(k, value))"
)
SEES = " — a handler only sees the effects its effect parameter is annotated with"


@pytest.fixture(autouse=True)
def no_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets the hints that other packages and the test register."""
    monkeypatch.setattr(_unhandled_hint, "_hint_fors", ())


def handler(name: str, admitted: object = None) -> Callable[..., None]:
    def clause(effect, k):
        pass

    clause.__qualname__ = name
    clause.__annotations__ = {"effect": admitted}
    return clause


def lines(effect: object, *handlers: object) -> list[str]:
    return unhandled_message(effect, handlers).splitlines()


def test_without_handlers() -> None:
    first = "unhandled effect: Ask (Ask('k')) (no handlers in scope)"
    assert lines(Ask()) == [first, INSTALL_ASK]


def test_with_handlers() -> None:
    assert lines(Ask(), handler("a"), handler("b")) == [
        "no handler found for effect: Ask (Ask('k'))",
        "  handlers in scope (innermost→outermost): a → b",
        INSTALL_ASK,
    ]


def test_a_name_is_shown_once_in_a_row() -> None:
    a, b = handler("a"), handler("b")
    chain = lines(Ask(), a, a, handler("a"), b, a)[1]
    assert chain == "  handlers in scope (innermost→outermost): a → b → a"


def test_handlers_whose_annotation_keeps_the_effect_out() -> None:
    handlers = handler("a", Tell), handler("b"), handler("c", Tell | One | Two | Outer.Inner)
    assert lines(Ask(), *handlers) == [
        "no handler found for effect: Ask (Ask('k'))",
        "  handlers in scope (innermost→outermost): a → b → c",
        "  skipped by annotation: a (effect: Tell), c (effect: Tell | One | Two | … (4 types))"
        + SEES,
        INSTALL_ASK,
    ]


def test_a_handler_that_admits_the_effect_is_what_counts() -> None:
    assert len(lines(Ask(), handler("a", Tell), handler("b", Ask))) == 3
    assert len(lines(Child(), handler("a", Tell), handler("b", Ask))) == 3


def test_a_handler_with_a_refused_annotation_is_shown_all_the_same() -> None:
    assert len(lines(Ask(), handler("a", int))) == 3


class Judging(type):
    def __instancecheck__(cls, instance: object) -> bool:
        raise ValueError


class Judged(metaclass=Judging):
    pass


def test_a_class_that_fails_to_tell_its_instances_hides_nothing() -> None:
    assert len(lines(Ask(), handler("a", Judged))) == 3


@pytest.mark.parametrize(
    ("cls", "shown"),
    [
        (Outer.Inner, "Outer.Inner (Inner())"),
        (type("Plain", (EffectBase,), {"__repr__": lambda self: "Plain"}), "Plain"),
        (type("Failing", (EffectBase,), {"__repr__": lambda self: 1 / 0}), "Failing"),
        (type("Number", (EffectBase,), {"__repr__": lambda self: 3}), "Number"),
        (type("Empty", (EffectBase,), {"__repr__": lambda self: ""}), "Empty ()"),
        (type("Long", (EffectBase,), {"__repr__": lambda self: "L" * 500}), f"Long ({'L' * 500})"),
    ],
)
def test_an_effect_is_shown_by_class_and_repr(cls: type, shown: str) -> None:
    assert lines(cls())[0] == f"unhandled effect: {shown} (no handlers in scope)"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("f", "f"),
        ("C.method", "method"),
        ("make.<locals>.clause", "make"),
        ("C.make.<locals>.inner.<locals>.clause", "make"),
        ("<lambda>", "<lambda>"),
        ("", ""),
    ],
)
def test_a_closure_is_named_by_what_made_it(name: str, shown: str) -> None:
    assert handler_name(handler(name)) == shown


def test_names_of_other_callables() -> None:
    assert handler_name(Outer().method) == "method"
    assert handler_name(Outer) == "Outer"
    assert handler_name(Outer()) == "<handler>"
    assert handler_name(functools.partial(handler("f"), 1)) == "<handler>"
    named = Outer()
    named.__name__ = "C.f"
    assert handler_name(named) == "f"
    named.__qualname__ = 3
    assert handler_name(named) == "<handler>"


def test_skipped_handlers() -> None:
    def skipped(*typed: tuple[str, tuple[type, ...]]) -> str | None:
        line = skipped_by_annotation(Ask(), typed)
        return line and line.removeprefix("skipped by annotation: ").removesuffix(SEES)

    assert skipped() is None
    assert skipped(("a", (Tell,)), ("b", (Ask,))) is None
    assert skipped(("a", (Tell,)), ("a", (Tell,))) == "a (effect: Tell)"
    assert skipped(("a", (Tell,)), ("a", (One,))) == "a (effect: Tell), a (effect: One)"
    assert skipped(("a", (Tell, One, Two))) == "a (effect: Tell | One | Two)"
    assert skipped(("a", (Tell, One, Two, Namesake))) == (
        f"a (effect: Tell | One | Two | elsewhere.Ask, not the effect's {__name__}.Ask)"
    )


# Hints.


def test_the_first_hint_that_is_registered_counts() -> None:
    assert register_unhandled_effect_hint(lambda effect: None) is None
    register_unhandled_effect_hint(lambda effect: "ask" if isinstance(effect, Ask) else None)
    register_unhandled_effect_hint(lambda effect: f"any {type(effect).__name__}")
    assert (hint_for(Ask()), hint_for(Tell()), hint_for(3)) == ("ask", "any Tell", "any int")
    assert lines(Ask())[-1] == "  hint: ask"


def test_an_empty_hint_is_one() -> None:
    register_unhandled_effect_hint(lambda effect: "")
    assert hint_for(Ask()) == ""
    assert unhandled_message(Ask(), ()).endswith("\n  hint: ")


class HintError(Exception):
    pass


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (HintError("why"), "HintError: why"),
        (HintError(), "HintError: "),
        (MuteError(), "MuteError: <exception str() failed>"),
        (KeyboardInterrupt("now"), "KeyboardInterrupt: now"),
    ],
    ids=repr,
)
def test_a_failing_hint_is_shown_in_its_place(error: BaseException, shown: str) -> None:
    def failing(effect: object) -> str:
        raise error

    register_unhandled_effect_hint(failing)
    assert lines(Ask())[-1] == f"  hint: hint lookup failed: {shown}"


def test_a_hint_must_be_text() -> None:
    register_unhandled_effect_hint(lambda effect: 3)
    failed = "TypeError: 'int' object is not an instance of 'str'"
    assert lines(Ask())[-1] == f"  hint: hint lookup failed: {failed}"
