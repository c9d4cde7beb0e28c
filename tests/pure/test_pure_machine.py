"""The machine in plain Python that is written for speed: what its shortcuts must not cost."""

from __future__ import annotations

import gc
from types import ModuleType
from typing import Any

import cesk_v3
import pure_machine as m
import pytest

DEEP = 200_000


class Op(m.EffectBase[Any]):
    """Any effect."""


def answering(effect: Op, k: Any) -> Any:
    """A clause that is a generator and ends in a tail resume."""
    return (yield m.Resume(k, 1))


def keeping(effect: Op, k: Any) -> Any:
    """A clause that answers with its continuation."""
    return k
    yield


@m.do
def nested(depth: int) -> Any:
    """Programs that wait for one another, the innermost for an effect."""
    if depth == 0:
        return (yield Op())
    return (yield nested(depth - 1)) + 1


def test_depth_is_on_the_heap() -> None:
    assert m.run(nested(DEEP), handlers=[answering]) == DEEP + 1


def test_an_error_leaves_a_deep_program() -> None:
    with pytest.raises(m.UnhandledEffect):
        m.run(nested(DEEP))


def test_a_deep_continuation_is_dropped() -> None:
    program: Any = nested(DEEP)
    for _ in range(DEEP):
        program = m.WithHandler(m.TypedHandler(answering, m.Get), program)
    k = m.run(m.WithHandler(keeping, program))
    assert not k.used
    del k


def test_a_loop_of_effects_keeps_nothing() -> None:
    counts: list[int] = []

    @m.do
    def body() -> Any:
        for _ in range(2):
            for _ in range(1_000):
                yield Op()
                yield m.Get("key")
            gc.collect()
            counts.append(len(gc.get_objects()))

    m.run(body(), handlers=[answering], state={})
    first, second = counts
    assert abs(second - first) <= 10


@pytest.mark.parametrize(("one", "other"), [(m, cesk_v3), (cesk_v3, m)])
def test_a_continuation_of_the_other_machine_is_refused(one: ModuleType, other: ModuleType) -> None:
    """They share the primitives, but not the stack."""
    k = other.run(other.WithHandler(keeping, Op()))
    with pytest.raises(TypeError, match="Continuation"):
        one.run(one.Resume(k))
    assert not k.used


def test_a_built_in_handler_may_be_given_the_effects_of_another() -> None:
    assert m.run(m.Tell(1), handlers=[m.TypedHandler(m.state(), m.Tell), m.writer()]) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of that, in 3.13
def test_a_function_that_is_changed_is_run_as_it_is_now() -> None:
    """What is known of a generator function is known of its code."""

    def started(effect: Op, k: Any) -> Any:
        generator = answering(effect, k)
        next(generator)
        return generator

    def handler(effect: Op, k: Any) -> Any:
        return (yield m.Resume(k, 2))

    @m.do
    def body() -> Any:
        before = yield Op()
        handler.__code__ = started.__code__
        try:
            yield Op()
        except TypeError as error:
            return before, "new" in str(error)

    assert m.run(body(), handlers=[handler]) == (2, True)
