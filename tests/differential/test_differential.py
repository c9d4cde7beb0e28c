"""Random programs do the same on all engines; and what finds differences does find them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from .compare import Engines, differences, engines, report
from .generate import random_scenario, scenarios
from .grammar import Scenario
from .histogram import Histogram
from .render import source
from .shrink import shrink

PROGRAMS = 2_000

FIXED = settings(
    max_examples=PROGRAMS,
    derandomize=True,  # the same programs each time
    database=None,
    deadline=None,
    phases=[Phase.generate],  # `shrink` knows what a scenario is made of
    suppress_health_check=list(HealthCheck),
)


class Disagreement(Exception):
    """The engines did not do the same."""


def disagreement(on: Engines) -> Scenario | None:
    """The first scenario on which engines disagree, made small."""
    found: list[Scenario] = []

    @FIXED
    @given(scenarios())
    def agree(scenario: Scenario) -> None:
        if differences(scenario, on):
            found.append(scenario)
            raise Disagreement

    try:
        agree()
    except Disagreement:
        return shrink(found[-1], lambda smaller: differences(smaller, on) is not None)
    return None


@pytest.mark.timeout(900)
def test_all_engines_do_the_same() -> None:
    found = disagreement(engines())
    if found is not None:
        pytest.fail(report(found, engines()), pytrace=False)


def test_programs_are_long_and_mostly_end_in_an_answer() -> None:
    histogram = Histogram()
    for number in range(200):
        histogram.add(random_scenario(number), engines()[1])
    assert histogram.mean >= 100
    assert histogram.answers >= 0.6


@pytest.fixture(params=["Resume", "Transfer", "Delegate", "Put", "Local", "Safe", "with_handlers"])
def wrong(request: pytest.FixtureRequest) -> ModuleType:
    """The baseline with one name that means something else."""
    right = engines()[1]
    changed: dict[str, Any] = {
        "Resume": lambda k, value=None: right.Resume(k),
        "Transfer": right.Resume,  # and the clause goes on
        "Delegate": right.Pass,  # and the clause does not go on
        "Put": lambda key, value: right.Put(key, "something else"),
        "Local": lambda bindings, program: program,
        "Safe": lambda program: program,
        "with_handlers": lambda handlers, program: right.with_handlers(handlers[::-1], program),
    }
    name: str = request.param
    engine = ModuleType("wrong")
    vars(engine).update(vars(right), __name__="wrong", **{name: changed[name]})
    return engine


SMALL = 30
"""The lines of a program that can be read at a glance, definitions included."""


def test_a_wrong_engine_is_found_with_a_small_program(wrong: ModuleType) -> None:
    found = disagreement((engines()[1], wrong))
    assert found is not None
    assert len(source(found).splitlines()) <= SMALL, source(found)
