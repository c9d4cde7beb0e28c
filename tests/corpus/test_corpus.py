"""Runs every program of the corpus on every engine, and looks after the corpus itself."""

from __future__ import annotations

import itertools
from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from .programs import PROGRAMS, Registered

ENGINES = ("vm", "cesk", "pure")
RULES = (*range(1, 23), 27, 28, 29)
NASTY = (
    "a_handler_installed_inside_a_clause",
    "a_clause_performing_the_effect_it_handles",
    "an_outer_handler_abandons_through_a_delegating_inner_one",
    "finally_that_performs_an_effect",
    "an_exception_in_a_clause_after_the_resume",
    "a_continuation_stored_in_one_dispatch_and_resumed_in_another",
    "resumed_after_its_with_handler_is_gone",
    "local_left_by_an_exception",
    "listen_around_an_abandoned_program",
    "recursion_through_a_handler",
    "a_local_whose_effects_a_handler_in_between_intercepts",
    "a_listen_whose_effects_a_handler_in_between_intercepts",
    "a_refused_transfer_and_the_clause_goes_on",
    "transfer_inside_a_program_that_the_clause_called",
    "get_handlers_before_and_after_k_is_used",
)


def same(got: Any, expected: Any) -> bool:
    """Equality in which True is not 1, a tuple not a list and a subclass not its base."""
    if type(got) is not type(expected):
        return False
    if isinstance(got, list | tuple):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(got, dict):
        return len(got) == len(expected) and all(
            key in got and same(got[key], value) for key, value in expected.items()
        )
    return got == expected


def shown(m: ModuleType, error: BaseException) -> tuple[str, str]:
    """The name of the class of an error, `m.` before it where it is the engine's, and its text."""
    cls = type(error)
    owner = "m." if getattr(m, cls.__name__, None) is cls else ""
    return f"{owner}{cls.__qualname__}", str(error)


def expected_error(case: Registered, error: tuple[Any, str]) -> tuple[str, str]:
    kind, text = error
    return f"m.{kind}" if isinstance(kind, str) else kind.__qualname__, case.fill(text)


@pytest.mark.parametrize(
    ("case", "engine"),
    [
        pytest.param(case, engine, id=f"{case.name}-{engine}")
        for case, engine in itertools.product(PROGRAMS, ENGINES)
    ],
    indirect=["engine"],
)
def test_corpus(case: Registered, engine: ModuleType, unraisable: list[BaseException]) -> None:
    outcome = case.run(engine)
    if case.raises is not None:
        assert outcome.error is not None, f"no error, but the answer {outcome.answer!r}"
        assert shown(engine, outcome.error) == expected_error(case, case.raises)
    elif outcome.error is not None:
        raise outcome.error
    else:
        answer = case.fill(case.answer)
        assert same(outcome.answer, answer), f"{outcome.answer!r} is not {answer!r}"
    log = case.fill(list(case.log))
    assert same(outcome.log, log), f"log: {outcome.log!r} is not {log!r}"
    if case.state is not None:
        assert same(outcome.state, dict(case.state)), f"state: {outcome.state!r}"
    if case.told is not None:
        assert same(outcome.told, list(case.told)), f"told: {outcome.told!r}"
    reported = [shown(engine, error) for error in unraisable]
    assert reported == [expected_error(case, error) for error in case.unraisable]


def test_corpus_is_large_enough() -> None:
    assert len(PROGRAMS) >= 150
    per_rule = Counter(case.rule for case in PROGRAMS)
    assert set(per_rule) == set(RULES)
    assert [rule for rule in RULES if per_rule[rule] < 3] == []


def test_corpus_names_are_unique_and_every_program_says_what_it_shows() -> None:
    names = Counter(case.function.__name__ for case in PROGRAMS)
    assert [name for name, count in names.items() if count > 1] == []
    for case in PROGRAMS:
        text = case.function.__doc__ or ""
        assert text.endswith("."), case.name
        assert "\n" not in text, case.name
        assert case.answer is not None or case.raises or case.log, case.name


def test_corpus_has_the_nasty_programs() -> None:
    names = {case.function.__name__ for case in PROGRAMS}
    assert [name for name in NASTY if name not in names] == []


def test_corpus_tells_values_of_equal_but_different_types_apart() -> None:
    assert same([1, (True, {"a": 1.0})], [1, (True, {"a": 1.0})])
    for got, expected in ((True, 1), ((1,), [1]), ({"a": True}, {"a": 1}), ([1], [1, 2])):
        assert not same(got, expected)
