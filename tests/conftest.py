"""Fixtures of all suites: the engines, a few effects for each, and what must not happen unseen."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python-baseline"))

MODULES = {"vm": "doeff_vm", "cesk": "cesk_v3", "pure": "pure_machine"}


@pytest.fixture(params=list(MODULES))
def engine(request: pytest.FixtureRequest) -> ModuleType:
    """The module of one engine: the VM, the Python baseline or the fast machine in Python."""
    return importlib.import_module(MODULES[request.param])


@pytest.fixture
def effects(engine: ModuleType) -> SimpleNamespace:
    """Effect classes: `Ask` and `Tell`, each with a `value`, and `SubAsk`, a kind of `Ask`."""
    return make_effects(engine)


def make_effects(engine: ModuleType) -> SimpleNamespace:
    """Effect classes of one engine."""

    class Ask(engine.EffectBase):
        def __init__(self, value: Any = None) -> None:
            self.value = value

        def __repr__(self) -> str:
            return f"{type(self).__name__}({self.value!r})"

    class SubAsk(Ask):
        pass

    class Tell(engine.EffectBase):
        def __init__(self, value: Any = None) -> None:
            self.value = value

        def __repr__(self) -> str:
            return f"Tell({self.value!r})"

    return SimpleNamespace(Ask=Ask, SubAsk=SubAsk, Tell=Tell)


@pytest.fixture
def Ask(effects: SimpleNamespace) -> Any:
    """An effect class with a `value`."""
    return effects.Ask


@pytest.fixture
def SubAsk(effects: SimpleNamespace) -> Any:
    """A subclass of `Ask`."""
    return effects.SubAsk


@pytest.fixture
def Tell(effects: SimpleNamespace) -> Any:
    """Another effect class with a `value`."""
    return effects.Tell


class Unraisables(list[BaseException]):
    """The errors that went to `sys.unraisablehook`, in order."""

    @property
    def types(self) -> list[type[BaseException]]:
        return [type(error) for error in self]

    @property
    def texts(self) -> list[str]:
        return [str(error) for error in self]


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Unraisables:
    """Collects what goes to `sys.unraisablehook`; a test that expects such errors asks for it."""
    seen = Unraisables()
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_value))
    return seen


@pytest.fixture(autouse=True)
def _nothing_unraisable(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A test that does not ask for `unraisable` must not cause any."""
    if "unraisable" in request.fixturenames:
        yield
        return
    seen = Unraisables()
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_value))
    yield
    assert not seen, f"errors went to sys.unraisablehook: {seen!r}"
