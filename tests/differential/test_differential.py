"""Random programs do the same on both engines; and what finds differences does find them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Verbosity, find, given, settings

from .compare import differences, engines, report
from .generate import random_scenario, scenarios
from .grammar import Scenario
from .histogram import Histogram
from .render import source
from .shrink import shrink

FIXED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,  # the report is the program, not the tree it is made of
)
"""The same programs each time."""


@pytest.mark.timeout(900)
@settings(FIXED, max_examples=2_000)
@given(scenarios())
def test_both_engines_do_the_same(scenario: Scenario) -> None:
    both = engines()
    assert differences(scenario, both) is None, report(scenario, both)


def test_programs_are_long_and_mostly_end_in_an_answer() -> None:
    histogram = Histogram()
    for number in range(300):
        histogram.add(random_scenario(number), engines()[1])
    assert histogram.mean >= 100
    assert histogram.answers >= 0.6


def wrong_engine(**changed: Any) -> ModuleType:
    """The baseline with some names meaning something else."""
    wrong = ModuleType("wrong")
    vars(wrong).update(vars(engines()[1]), __name__="wrong", **changed)
    return wrong


@pytest.fixture(params=["Resume", "Transfer", "Delegate", "Put", "Local", "Safe", "with_handlers"])
def wrong(request: pytest.FixtureRequest) -> ModuleType:
    """An engine that is wrong in one thing."""
    right = engines()[1]
    changed = {
        "Resume": lambda k, value=None: right.Resume(k),
        "Transfer": right.Resume,  # and the clause goes on
        "Delegate": right.Pass,  # and the clause does not go on
        "Put": lambda key, value: right.Put(key, "something else"),
        "Local": lambda bindings, program: program,
        "Safe": lambda program: program,
        "with_handlers": lambda handlers, program: right.with_handlers(handlers[::-1], program),
    }
    name: str = request.param
    return wrong_engine(**{name: changed[name]})


SMALL = 20
"""The lines of a program that can be read at a glance, definitions included."""


def test_a_wrong_engine_is_found_with_a_small_program(wrong: ModuleType) -> None:
    pair = engines()[1], wrong

    def differs(scenario: Scenario) -> bool:
        return differences(scenario, pair) is not None

    found = next(filter(differs, map(random_scenario, range(1_000))))
    small = shrink(found, differs)
    assert differs(small)
    assert len(source(small).splitlines()) <= SMALL, source(small)


def test_hypothesis_finds_a_small_program_too() -> None:
    pair = engines()[1], wrong_engine(Put=lambda key, value: engines()[1].Put(key, value="else"))
    small = find(scenarios(), lambda s: differences(s, pair) is not None, settings=FIXED)
    assert "Put(" in source(small)
    assert len(source(small).splitlines()) <= 2 * SMALL, source(small)
