"""Runs of doeff's that check the machine's invariants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from doeff_vm import (
    EffectBase,
    Pass,
    PyVM,
    Resume,
    Transfer,
    WithHandler,
    do,
    doeff_vm,
    invariant_checks_enabled,
)


@pytest.fixture(params=[True, False])
def checks(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether they are on."""
    before = invariant_checks_enabled()
    doeff_vm.set_invariant_checks(request.param)
    yield request.param
    doeff_vm.set_invariant_checks(before)


class Ask(EffectBase):
    pass


@do
def resuming(effect: Ask, k: Any) -> Iterator[Any]:
    return ((yield Resume(k, 1)), "resumed")


@do
def transferring(effect: Ask, k: Any) -> Iterator[Any]:
    yield Transfer(k, 2)


@do
def passing(effect: Ask, k: Any) -> Iterator[Any]:
    yield Pass(effect, k)


@do
def asking(depth: int) -> Iterator[Any]:
    if depth:
        return (yield asking(depth - 1))
    return ((yield Ask()), (yield Ask()))


@pytest.mark.parametrize(
    ("handlers", "result"),
    [
        ([transferring], (2, 2)),
        ([passing, transferring], (2, 2)),
        ([resuming], (((1, 1), "resumed"), "resumed")),
        ([passing] * 100 + [resuming], (((1, 1), "resumed"), "resumed")),
    ],
)
def test_a_checked_run_gives_the_same(checks: bool, handlers: list[Any], result: Any) -> None:
    assert invariant_checks_enabled() == checks
    program = asking(10)
    for handler in handlers:
        program = WithHandler(handler, program)
    assert PyVM().run(program) == result


@pytest.mark.usefixtures("checks")
def test_a_checked_run_raises_the_same() -> None:
    @do
    def failing() -> Iterator[Any]:
        yield Ask()
        raise LookupError("why")

    with pytest.raises(LookupError, match="why"):
        PyVM().run(WithHandler(resuming, failing()))


@pytest.mark.usefixtures("checks")
def test_a_second_use_ends_a_checked_run() -> None:
    @do
    def twice(effect: Ask, k: Any) -> Iterator[Any]:
        yield Resume(k, 1)
        yield Resume(k, 2)

    with pytest.raises(RuntimeError, match="already consumed"):
        PyVM().run(WithHandler(twice, asking(0)))


SHOW = """
import doeff_vm
print(doeff_vm.invariant_checks_enabled(), doeff_vm.PyVM().run(doeff_vm.Pure(3)))
"""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "False 3"),
        ("0", "False 3"),
        ("1", "True 3"),
        ("2", 'ValueError: DOEFF_VM_INVARIANT_CHECKS="2": expected "1" (checks on) or "0"'),
        ("", 'ValueError: DOEFF_VM_INVARIANT_CHECKS="": expected "1" (checks on) or "0"'),
    ],
)
def test_the_environment_decides(value: str | None, shown: str) -> None:
    environment = {key: its for key, its in os.environ.items() if "INVARIANT" not in key}
    if value is not None:
        environment["DOEFF_VM_INVARIANT_CHECKS"] = value
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=False
    )
    assert shown in done.stdout + done.stderr


def test_no_search_walks_anything() -> None:
    assert set(doeff_vm.vm_scan_counts().values()) == {0}
