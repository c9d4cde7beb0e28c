"""doeff's programs in runs of both kinds."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Iterator
from typing import Any

import pytest
from doeff_vm import (
    VM,
    Apply,
    Callable,
    DoFunction,
    EffectBase,
    Expand,
    GetBoundaries,
    GetExecutionContext,
    GetOuterHandlers,
    GetTraceback,
    IRStream,
    Perform,
    Pure,
    PyVM,
    Resume,
    TailEval,
    WithBoundaries,
    WithHandler,
    WithObserve,
    do,
    run,
)

Run = Function[[Any], Any]


@pytest.fixture(
    params=[run, lambda p: VM().run(p), lambda p: PyVM().run(p)], ids=["run", "VM", "PyVM"]
)
def start(request: pytest.FixtureRequest) -> Run:
    """What runs a program."""
    return request.param


class Ask(EffectBase):
    pass


@do
def asking() -> Iterator[Any]:
    return (yield Ask())


@do
def answer(effect: Ask, k: Any) -> Iterator[Any]:
    return (yield Resume(k, "answer"))


def test_a_call_is_made(start: Run) -> None:
    assert start(DoFunction(max, [], False).make_call((1, 2), {})) == 2


def test_a_stream_is_driven(start: Run) -> None:
    def steps() -> Iterator[Any]:
        return (yield Ask()) * 2

    program = Expand(Pure(IRStream(steps())))
    assert start(WithHandler(answer, program)) == "answeranswer"


def test_a_function_is_applied(start: Run) -> None:
    assert start(Apply(Pure(Callable(max)), [Pure(1), Pure(2)])) == 2


def test_an_effect_is_performed(start: Run) -> None:
    assert start(WithHandler(answer, Perform(Ask()))) == "answer"


def test_a_generator_ends_with_a_program(start: Run) -> None:
    ended = []

    @do
    def main() -> Iterator[Any]:
        try:
            yield TailEval(Pure("result"))
        finally:
            ended.append(True)

    assert (start(main()), ended) == ("result", [True])


def test_an_observer_is_shown_each_effect(start: Run) -> None:
    seen: list[Any] = []
    observed = WithObserve(Callable(seen.append), asking())
    assert start(WithHandler(answer, observed)) == "answer"
    assert [type(effect) for effect in seen] == [Ask]


def test_boundaries_are_installed_innermost_first(start: Run) -> None:
    seen: list[Any] = []
    boundaries = [("observer", Callable(seen.append)), ("handler", answer)]
    assert start(WithBoundaries(boundaries, asking())) == "answer"
    assert len(seen) == 1


def test_questions_are_answered(start: Run) -> None:
    seen: list[Any] = []

    @do
    def looking(effect: Any, k: Any) -> Iterator[Any]:
        traceback = yield GetTraceback(k)
        boundaries = yield GetBoundaries(k)
        outer = yield GetOuterHandlers()
        context = yield GetExecutionContext()
        return traceback, boundaries, outer, context

    observed = WithObserve(Callable(seen.append), asking())
    program = WithHandler(answer, WithHandler(looking, observed))
    traceback, boundaries, outer, context = start(program)
    assert [(name, file) for name, file, _ in traceback] == [("asking", __file__)]
    assert boundaries[0] == ["observer", seen.append]
    assert boundaries[1][0] == "handler"
    assert len(outer) == 1
    assert context[0][:3] == [
        "frame",
        f"{test_questions_are_answered.__name__}.<locals>.looking",
        __file__,
    ]
    assert context[-1][:2] == ["handler", "chain"]


def test_only_our_runs_ask_an_object_that_has_a_method_of_its_own() -> None:
    class Object:
        pass

    def steps() -> Iterator[Any]:
        return (yield Pure("steps"))

    program: Any = Object()
    program.to_generator = steps
    nested = DoFunction(lambda: run(program), [], False).make_call((), {})
    assert run(program) == VM().run(program) == PyVM().run(nested) == "steps"
    with pytest.raises(TypeError, match="expected DoExpr or EffectBase"):
        PyVM().run(program)


def test_a_method_of_the_class_is_asked_by_any_run(start: Run) -> None:
    class Steps:
        def to_generator(self) -> Iterator[Any]:
            return (yield Pure("steps"))

    assert start(Steps()) == "steps"
