"""Rule 11: clauses that end or fail without a resume."""

from __future__ import annotations

import contextlib

import pytest


def test_rule_11_the_value_of_the_clause_is_the_answer(engine, Ask):
    @engine.do
    def body():
        yield Ask(1)
        raise AssertionError

    def handler(effect, k):
        return "answer"
        yield

    @engine.do
    def program():
        return "around", (yield engine.WithHandler(handler, body()))

    assert engine.run(program()) == ("around", "answer")


def test_rule_11_an_abandoning_outer_handler_skips_everything_inside(engine, Ask, Tell):
    log = []

    def inner(effect, k):
        try:
            yield engine.Resume(k)
        finally:
            log.append("inner clause")

    def outer(effect, k):
        return "abandoned"
        yield

    @engine.do
    def body():
        yield Ask()
        try:
            yield Tell()
        finally:
            log.append("body")

    program = engine.WithHandler(inner, body(), effects=Ask)
    assert engine.run(engine.WithHandler(outer, program)) == "abandoned"
    assert log == ["body", "inner clause"]


def test_rule_11_abandoning_inside_a_clause_leaves_that_clause_alone(engine, Ask, Tell):
    def abandoning(effect, k):
        return "told"
        yield

    def handler(effect, k):
        told = yield engine.WithHandler(abandoning, Tell())
        return (yield engine.Resume(k, told))

    assert engine.run(engine.WithHandler(handler, Ask())) == "told"


def test_rule_11_nested_abandonment(engine, Ask, Tell):
    log = []

    @engine.do
    def noisy(effect, label):
        try:
            return (yield effect)
        finally:
            log.append(label)

    def second(effect, k):
        return (yield noisy(Tell(), "in the clause"))

    def first(effect, k):
        return "first"
        yield

    program = engine.WithHandler(second, noisy(Ask(), "in the body"), effects=Ask)
    assert engine.run(engine.WithHandler(first, program, effects=Tell)) == "first"
    assert log == ["in the clause", "in the body"]


def clauses_that_fail(engine):
    """Ways of raising before `k` is used."""

    def plain(effect, k):
        raise KeyError("failed")

    def generator(effect, k):
        raise KeyError("failed")
        yield

    def after_a_yield(effect, k):
        yield engine.Pure()
        raise KeyError("failed")

    @engine.do
    def program(effect, k):
        yield engine.Pure()
        raise KeyError("failed")

    @engine.do
    def helper():
        raise KeyError("failed")
        yield

    def in_a_helper(effect, k):
        yield helper()

    def returned_helper(effect, k):
        return helper()

    return [plain, generator, after_a_yield, program, in_a_helper, returned_helper]


@pytest.mark.parametrize("index", range(6))
def test_rule_11_an_error_before_use_is_raised_at_the_perform_site(engine, Ask, index):
    handler = clauses_that_fail(engine)[index]
    kept = []

    def keeping(effect, k):
        kept.append(k)
        return handler(effect, k)

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return "caught", error.args[0]

    assert engine.run(engine.WithHandler(keeping, body())) == ("caught", "failed")
    assert kept[0].used


@pytest.mark.parametrize("index", range(6))
def test_rule_11_uncaught_it_leaves_through_the_body(engine, Ask, index):
    log = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("body")

    @engine.do
    def program():
        try:
            yield engine.WithHandler(clauses_that_fail(engine)[index], body())
        except KeyError:
            return "around"

    assert engine.run(program()) == "around"
    assert log == ["body"]


def test_rule_11_a_handler_with_wrong_arguments(engine, Ask):
    def handler(effect):
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        except TypeError as error:
            return str(error)

    assert "positional argument" in engine.run(engine.WithHandler(handler, body()))


def test_rule_11_the_body_may_perform_again_after_a_failure(engine, Ask):
    attempts = []

    def handler(effect, k):
        attempts.append(effect.value)
        if len(attempts) < 3:
            raise OSError("try again")
        return (yield engine.Resume(k, "done"))

    @engine.do
    def body():
        while True:
            with contextlib.suppress(OSError):
                return (yield Ask(len(attempts)))

    assert engine.run(engine.WithHandler(handler, body())) == "done"
    assert attempts == [0, 1, 2]


def test_rule_11_an_error_after_use_leaves_the_handler(engine, Ask):
    log = []

    def handler(effect, k):
        yield engine.Resume(k, 1)
        raise KeyError("late")

    @engine.do
    def body():
        try:
            return (yield Ask())
        except KeyError:
            log.append("must not be caught here")

    @engine.do
    def program():
        try:
            yield engine.WithHandler(handler, body())
        except KeyError as error:
            return "around", error.args[0]

    assert engine.run(program()) == ("around", "late")
    assert log == []


def test_rule_11_an_error_of_the_body_reaches_the_waiting_clause(engine, Ask):
    def handler(effect, k):
        try:
            yield engine.Resume(k, 1)
        except ValueError as error:
            return "clause", str(error)

    @engine.do
    def body():
        yield Ask()
        raise ValueError("body")

    assert engine.run(engine.WithHandler(handler, body())) == ("clause", "body")


def test_rule_11_an_outer_failure_is_seen_by_the_inner_clause(engine, Ask, Tell):
    def outer(effect, k):
        raise KeyError("outer")
        yield

    def inner(effect, k):
        try:
            yield Tell()
        except KeyError:
            return (yield engine.Resume(k, "recovered"))

    program = engine.WithHandler(inner, Ask(), effects=Ask)
    assert engine.run(engine.WithHandler(outer, program, effects=Tell)) == "recovered"


def test_rule_11_an_error_crosses_a_clause_into_the_performer(engine, Ask, Tell):
    def outer(effect, k):
        raise KeyError("outer")
        yield

    def inner(effect, k):
        yield Tell()

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return "body", error.args[0]

    program = engine.WithHandler(inner, body(), effects=Ask)
    assert engine.run(engine.WithHandler(outer, program, effects=Tell)) == ("body", "outer")


def test_rule_11_a_clause_that_closed_k_fails_its_surroundings(engine, Ask):
    log = []

    def handler(effect, k):
        k.close()
        log.append("closed")
        raise KeyError("after")
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError:
            log.append("must not be caught here")
        finally:
            log.append("body")

    with pytest.raises(KeyError, match="after"):
        engine.run(engine.WithHandler(handler, body()))
    assert log == ["body", "closed"]


def test_rule_11_a_clause_that_stored_k_and_fails(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        raise KeyError
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError:
            return "performer"

    @engine.do
    def program():
        answer = yield engine.WithHandler(handler, body())
        try:
            yield engine.Resume(kept[0])
        except engine.ContinuationConsumed:
            return answer

    assert engine.run(program()) == "performer"


def test_rule_11_base_exceptions_too(engine, Ask):
    class Stop(BaseException):
        pass

    for raised in (Stop, KeyboardInterrupt, SystemExit, GeneratorExit):

        def handler(effect, k, raised=raised):
            raise raised
            yield

        @engine.do
        def body(raised=raised):
            try:
                yield Ask()
            except raised:
                return "caught"

        assert engine.run(engine.WithHandler(handler, body())) == "caught"
        with pytest.raises(raised):
            engine.run(engine.WithHandler(handler, Ask()))


def test_rule_11_a_direct_effect_as_the_body(engine, Ask):
    def handler(effect, k):
        raise KeyError("direct")
        yield

    with pytest.raises(KeyError, match="direct"):
        engine.run(engine.WithHandler(handler, Ask()))


def test_rule_11_an_abandoned_k_can_be_used_later(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "abandoned"
        yield

    @engine.do
    def body():
        return "body", (yield Ask())

    @engine.do
    def program():
        answer = yield engine.WithHandler(handler, body())
        assert not kept[0].used
        result = yield engine.Resume(kept[0], "late")
        return answer, result

    assert engine.run(program()) == ("abandoned", ("body", "late"))


def test_rule_11_a_stored_k_keeps_its_own_handler(engine, Ask):
    kept = []
    calls = []

    def handler(effect, k):
        calls.append(effect.value)
        if effect.value == 1:
            kept.append(k)
            return "abandoned"
        return (yield engine.Resume(k, "handled"))

    @engine.do
    def body():
        yield Ask(1)
        return (yield Ask(2))

    @engine.do
    def program():
        first = yield engine.WithHandler(handler, body())
        return first, (yield engine.Resume(kept.pop(), None))

    assert engine.run(program()) == ("abandoned", "handled")
    assert calls == [1, 2]


def test_rule_11_k_is_resumed_by_another_dispatch(engine, Ask, Tell):
    waiting = []

    def storing(effect, k):
        waiting.append(k)
        return "stored"
        yield

    def waking(effect, k):
        woken = yield engine.Resume(waiting.pop(), "woken")
        return (yield engine.Resume(k, woken))

    @engine.do
    def sleeper():
        return "sleeper", (yield Ask())

    @engine.do
    def body():
        stored = yield engine.WithHandler(storing, sleeper(), effects=Ask)
        return stored, (yield Tell())

    expected = ("stored", ("sleeper", "woken"))
    assert engine.run(engine.WithHandler(waking, body(), effects=Tell)) == expected


def test_rule_11_k_is_used_in_a_later_run(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "abandoned"
        yield

    @engine.do
    def body():
        return (yield Ask(1)), (yield Ask(2))

    assert engine.run(engine.WithHandler(handler, body())) == "abandoned"
    assert engine.run(engine.Resume(kept.pop(), "one")) == "abandoned"
    assert engine.run(engine.Resume(kept.pop(), "two")) == ("one", "two")


def test_rule_11_k_is_resumed_under_the_handlers_of_the_resumer(engine, Ask, Tell):
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    def answering(label):
        def handler(effect, k):
            return (yield engine.Resume(k, label))

        return handler

    @engine.do
    def body():
        before = yield Tell()
        yield Ask()
        return before, (yield Tell())

    @engine.do
    def program():
        inner = engine.WithHandler(storing, body(), effects=Ask)
        yield engine.WithHandler(answering("old"), inner)
        return (yield engine.WithHandler(answering("new"), engine.Resume(kept.pop())))

    assert engine.run(program()) == ("old", "new")
