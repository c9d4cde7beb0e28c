"""What scripts for the published doeff print on our machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from .scripts import Script, difference, expected, output, scripts, table

Outputs = dict[Script, Future[str]]

ONLY_ON_3_11 = table("only_on_3_11")


@pytest.fixture(scope="module")
def outputs(request: pytest.FixtureRequest, doeff_python: str) -> Iterator[Outputs]:
    """What each script that is asked for prints, once it has; all processors are used."""
    asked = [
        item.callspec.params["script"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and "outputs" in item.fixturenames
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {script: pool.submit(output, doeff_python, script) for script in asked}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_a_script_prints_what_is_expected(script: Script, outputs: Outputs) -> None:
    if script.name in ONLY_ON_3_11 and sys.version_info[:2] != (3, 11):
        pytest.skip(f"only on CPython 3.11: {ONLY_ON_3_11[script.name]}")
    wanted, actual = expected(script).read_text("utf-8"), outputs[script].result()
    assert actual == wanted, difference(script, wanted, actual)


@pytest.mark.parametrize("name", ["differences", "only_on_3_11"])
def test_a_listed_script_is_one_and_has_a_reason(name: str) -> None:
    names = {script.name for script in scripts()}
    for script, reason in table(name).items():
        assert script in names
        assert reason


def test_what_is_listed_as_different_is() -> None:
    listed = [script for script in scripts() if script.name in table("differences")]
    for script in listed:
        assert script.ours.read_text("utf-8") != script.published.read_text("utf-8"), script.name


def test_every_recorded_output_is_of_a_script() -> None:
    listed = table("differences")
    wanted = {script.published for script in scripts()}
    wanted |= {script.ours for script in scripts() if script.name in listed}
    found = {path for script in scripts() for path in script.published.parent.glob("*.txt")}
    assert found == wanted
