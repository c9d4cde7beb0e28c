"""Rule 16: passing an effect on."""

from __future__ import annotations

import gc

import pytest


def test_rule_16_cleanup_may_change_the_class_of_the_passed_effect(engine):
    """The class that the effect had is gone by the time the search goes on."""

    class Performed(engine.EffectBase):
        pass

    class Other(engine.EffectBase):
        pass

    def make():
        class Short(engine.EffectBase):
            pass

        return Short()

    passed = make()

    def passing(effect, k):
        try:
            yield engine.Pass(passed, k)
        finally:
            passed.__class__ = Other
            gc.collect()

    def answer(effect, k):
        return engine.Resume(k, type(effect).__name__)

    @engine.do
    def body():
        return (yield Performed())

    inner = engine.WithHandler(passing, body(), effects=Performed)
    assert engine.run(engine.WithHandler(answer, inner, effects=Other)) == "Other"


def test_rule_16_pass_gives_the_outer_handler_the_whole_continuation(engine, Ask):
    def inner(effect, k):
        yield engine.Pass()

    def outer(effect, k):
        result = yield engine.Resume(k, effect.value)
        return ["outer", result]

    @engine.do
    def body():
        return ["body", (yield Ask(1)), (yield Ask(2))]

    @engine.do
    def between():
        return ["between", (yield engine.WithHandler(inner, body()))]

    answer = engine.run(engine.WithHandler(outer, between()))
    assert answer == ["outer", ["outer", ["between", ["body", 1, 2]]]]


def test_rule_16_pass_may_replace_the_effect(engine, Ask, Tell):
    def inner(effect, k):
        yield engine.Pass(Tell(effect.value + 1))

    def outer(effect, k):
        return (yield engine.Resume(k, (type(effect).__name__, effect.value)))

    program = engine.WithHandler(outer, engine.WithHandler(inner, Ask(1)), effects=Tell)
    assert engine.run(program) == ("Tell", 2)


def test_rule_16_a_passed_effect_is_not_seen_by_handlers_inside(engine, Ask, Tell):
    def inside(effect, k):
        raise AssertionError
        yield

    def inner(effect, k):
        yield engine.Pass(Tell(1))

    def outer(effect, k):
        return (yield engine.Resume(k, "outer"))

    program = engine.WithHandler(inside, Ask(), effects=Tell)
    program = engine.WithHandler(inner, program, effects=Ask)
    assert engine.run(engine.WithHandler(outer, program)) == "outer"


def test_rule_16_pass_spends_the_own_k(engine, Ask):
    kept = []

    def inner(effect, k):
        kept.append(k)
        yield engine.Pass()

    def outer(effect, k):
        assert k is not kept[0]
        assert kept[0].used
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Resume(kept[0])
        return (yield engine.Resume(k, "outer"))

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, Ask()))) == "outer"


def test_rule_16_pass_of_another_k_performs_at_its_site(engine, Ask, Tell):
    waiting = []
    log = []

    def storing(effect, k):
        waiting.append(k)
        return "stored"
        yield

    def passing(effect, k):
        yield engine.Pass(Tell("passed"), waiting.pop())

    def outer(effect, k):
        return ["outer", (yield engine.Resume(k, effect.value))]

    @engine.do
    def waiter():
        return ["waiter", (yield Ask())]

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("own performer dropped")

    @engine.do
    def program():
        yield engine.WithHandler(storing, waiter())
        return ["between", (yield engine.WithHandler(passing, body()))]

    answer = engine.run(engine.WithHandler(outer, program(), effects=Tell))
    assert answer == ["outer", ["between", ["waiter", "passed"]]]
    assert log == ["own performer dropped"]


def test_rule_16_pass_without_an_outer_handler_is_unhandled_at_the_perform_site(engine, Ask, Tell):
    def handler(effect, k):
        yield engine.Pass()

    def replacing(effect, k):
        yield engine.Pass(Tell(2))

    @engine.do
    def body():
        try:
            yield Ask(1)
        except engine.UnhandledEffect as error:
            return error.effect

    unhandled = engine.run(engine.WithHandler(handler, body()))
    assert isinstance(unhandled, Ask)
    unhandled = engine.run(engine.WithHandler(replacing, body()))
    assert isinstance(unhandled, Tell)
    with pytest.raises(engine.UnhandledEffect, match=r"no handler accepts Ask\(3\)"):
        engine.run(engine.WithHandler(handler, Ask(3)))


def test_rule_16_pass_through_many_handlers(engine, Ask):
    passes = []

    def passing(effect, k):
        passes.append(1)
        yield engine.Pass()

    def outer(effect, k):
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        return (yield Ask(1)), (yield Ask(2))

    program = body()
    for _ in range(64):
        program = engine.WithHandler(passing, program)
    assert engine.run(engine.WithHandler(outer, program)) == (1, 2)
    assert len(passes) == 128


def test_rule_16_pass_from_a_called_program(engine, Ask):
    log = []

    @engine.do
    def helper():
        try:
            yield engine.Pass()
        finally:
            log.append("helper")

    def inner(effect, k):
        try:
            yield helper()
        finally:
            log.append("clause")

    def outer(effect, k):
        log.append("outer")
        return (yield engine.Resume(k, "outer"))

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, Ask()))) == "outer"
    assert log == ["helper", "clause", "outer"]


def test_rule_16_a_failing_outer_handler_fails_the_operation(engine, Ask):
    def inner(effect, k):
        yield engine.Pass()

    def outer(effect, k):
        raise KeyError("outer")
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return error.args[0]

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, body()))) == "outer"
