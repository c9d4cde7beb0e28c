"""The names that doeff's packages import."""

from __future__ import annotations

import doeff_vm
import pytest
from doeff_vm import _bind

NAMES = [
    "Apply",
    "BindOpener",
    "Call",
    "Callable",
    "DoFunction",
    "EffectBase",
    "Err",
    "Expand",
    "GetBoundaries",
    "GetExecutionContext",
    "GetHandlers",
    "GetOuterHandlers",
    "GetTraceback",
    "HandlerSpec",
    "IRStream",
    "K",
    "Ok",
    "Pass",
    "Perform",
    "Pure",
    "PyVM",
    "Resume",
    "ResumeThrow",
    "TailEval",
    "Transfer",
    "TransferThrow",
    "UnhandledEffect",
    "WithBoundaries",
    "WithHandler",
    "WithObserve",
    "invariant_checks_enabled",
    "vm_live_counts",
]
EXTENSION_NAMES = [
    "StateHandler",
    "set_invariant_checks",
    "set_scheduler_step_budget_armed",
    "set_scheduler_trace_installed",
    "vm_scan_counts",
    "vm_work_counts",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_in_package_and_extension(name: str) -> None:
    assert getattr(doeff_vm, name) is getattr(doeff_vm.doeff_vm, name)


@pytest.mark.parametrize("name", EXTENSION_NAMES)
def test_a_name_is_in_the_extension(name: str) -> None:
    assert callable(getattr(doeff_vm.doeff_vm, name))


def test_the_extension_has_another_name() -> None:
    assert doeff_vm._ext is doeff_vm.doeff_vm


def test_the_build_tells_its_name() -> None:
    assert "native" in doeff_vm.__build__


def test_bind_yields_the_node_and_returns_the_answer() -> None:
    steps = _bind.bind("node")
    assert next(steps) == "node"
    with pytest.raises(StopIteration) as stopped:
        steps.send("answer")
    assert stopped.value.value == "answer"


def test_returning_yields_nothing() -> None:
    with pytest.raises(StopIteration) as stopped:
        next(_bind.returning("value"))
    assert stopped.value.value == "value"
