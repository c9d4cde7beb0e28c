"""Rule 18: a continuation is used once, whoever uses it."""

from __future__ import annotations

import copy
import itertools
import pickle
import threading

import pytest

CONSUMED = (
    "this continuation was already used; a continuation is one-shot: "
    "it can be resumed, transferred to or passed on only once"
)


def store_one(engine, effect, log=None):
    """An unused continuation: of a body that returns `("body", what it got)`."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def body():
        try:
            return "body", (yield effect)
        finally:
            if log is not None:
                log.append("body ended")

    assert engine.run(engine.WithHandler(storing, body())) == "stored"
    return kept.pop()


def use(engine, effects, k, how):
    """A program that uses `k`; its result is the body's."""

    def clause(effect, own):
        if how == "Resume":
            return (yield engine.Resume(k, "value"))
        if how == "Transfer":
            yield engine.Transfer(k, "value")
        yield engine.Pass(effects.Tell("value"), k)

    def answering(effect, k):
        return (yield engine.Resume(k, effect.value))

    inner = engine.WithHandler(clause, effects.Ask(), effects=effects.Ask)
    return engine.WithHandler(answering, inner, effects=effects.Tell)


USES = ("Resume", "Transfer", "Pass")


@pytest.mark.parametrize(
    ("first", "second"),
    list(itertools.product((*USES, "returned Resume", "close", "failure"), USES)),
)
def test_rule_18_the_second_use_is_an_error(engine, effects, first, second):
    if first == "failure":
        kept = []

        def failing(effect, k):
            kept.append(k)
            raise KeyError

        with pytest.raises(KeyError):
            engine.run(engine.WithHandler(failing, effects.Ask()))
        k = kept.pop()
    else:
        k = store_one(engine, effects.Ask())
        assert k.used is False
        if first == "close":
            k.close()
        elif first == "returned Resume":

            def returned(effect, own):
                return engine.Resume(k, "value")

            assert engine.run(engine.WithHandler(returned, effects.Ask())) == ("body", "value")
        else:
            assert engine.run(use(engine, effects, k, first)) == ("body", "value")
    assert k.used is True
    for _ in range(3):
        with pytest.raises(engine.ContinuationConsumed) as caught:
            engine.run(use(engine, effects, k, second))
        assert str(caught.value) == CONSUMED
    assert k.used is True


def test_rule_18_it_is_a_runtime_error(engine):
    assert issubclass(engine.ContinuationConsumed, RuntimeError)
    assert issubclass(engine.UnhandledEffect, RuntimeError)


@pytest.mark.parametrize("second", USES)
def test_rule_18_the_offender_gets_the_error_and_goes_on(engine, Ask, Tell, second):
    """Here the clause is the offender, after its own resume."""
    log = []

    def handler(effect, k):
        result = yield engine.Resume(k, 1)
        primitive = {
            "Resume": engine.Resume(k, 2),
            "Transfer": engine.Transfer(k, 2),
            "Pass": engine.Pass(),
        }[second]
        try:
            yield primitive
        except engine.ContinuationConsumed:
            log.append("consumed")
        return ["clause", result]

    @engine.do
    def body():
        got = yield Ask()
        log.append(got)
        return ["body", got]

    assert engine.run(engine.WithHandler(handler, body())) == ["clause", ["body", 1]]
    assert log == [1, "consumed"]


def test_rule_18_the_body_is_not_replayed(engine, Ask):
    log = []

    def handler(effect, k):
        yield engine.Resume(k)
        yield engine.Resume(k)

    @engine.do
    def body():
        log.append("before")
        yield Ask()
        log.append("after")

    with pytest.raises(engine.ContinuationConsumed):
        engine.run(engine.WithHandler(handler, body()))
    assert log == ["before", "after"]


def test_rule_18_k_is_used_while_its_body_runs(engine, Ask):
    def handler(effect, k):
        return (yield engine.Resume(k, k))

    @engine.do
    def body():
        k = yield Ask()
        assert k.used
        try:
            yield engine.Resume(k)
        except engine.ContinuationConsumed:
            return "refused"

    assert engine.run(engine.WithHandler(handler, body())) == "refused"


def test_rule_18_a_used_k_does_not_stand_for_a_newer_one(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        if len(kept) < 50:
            return (yield engine.Resume(k, effect.value))
        for old in kept[:-1]:
            assert old.used
            with pytest.raises(engine.ContinuationConsumed):
                yield engine.Resume(old)
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        total = 0
        for n in range(50):
            total += yield Ask(n)
        return total

    assert engine.run(engine.WithHandler(handler, body())) == sum(range(50))
    assert len(set(map(id, kept))) == 50


def test_rule_18_the_first_use_may_be_on_another_thread(engine, Ask):
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        where = yield Ask("store")
        return where, threading.get_ident(), (yield Ask("handled as before"))

    assert engine.run(engine.WithHandler(handler, body())) == "stored"
    results = []
    thread = threading.Thread(
        target=lambda: results.append(engine.run(engine.Resume(kept[0], "thread")))
    )
    thread.start()
    thread.join()
    assert results == [("thread", thread.ident, "handled as before")]
    with pytest.raises(engine.ContinuationConsumed):
        engine.run(engine.Resume(kept[0]))


def test_rule_18_of_many_threads_one_gets_it(engine, Ask):
    for _ in range(20):
        k = store_one(engine, Ask())
        start = threading.Barrier(8)
        outcomes = []

        def contend(k=k, start=start, outcomes=outcomes):
            start.wait()
            try:
                outcomes.append(engine.run(engine.Resume(k, 1)))
            except engine.ContinuationConsumed:
                outcomes.append("consumed")

        threads = [threading.Thread(target=contend) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes, key=str) == [("body", 1), *["consumed"] * 7]


def test_rule_18_a_run_inside_a_clause_may_use_its_k(engine, Ask):
    def handler(effect, k):
        result = engine.run(engine.Resume(k, "inner run"))
        assert k.used
        return ["clause", result]
        yield

    @engine.do
    def body():
        return ["body", (yield Ask())]

    expected = ["clause", ["body", "inner run"]]
    assert engine.run(engine.WithHandler(handler, body())) == expected


def test_rule_18_close_ends_an_unused_one_at_once(engine, Ask):
    log = []
    k = store_one(engine, Ask(), log)
    assert log == []
    assert k.close() is None
    assert log == ["body ended"]
    assert k.used is True
    assert k.close() is None
    assert log == ["body ended"]


def test_rule_18_close_leaves_a_used_one_alone(engine, Ask):
    log = []

    def handler(effect, k):
        return (yield engine.Resume(k, k))

    @engine.do
    def body():
        k = yield Ask()
        try:
            k.close()
            yield engine.Pure()
            log.append("goes on")
            return "result"
        except GeneratorExit:
            log.append("closed")
            raise

    assert engine.run(engine.WithHandler(handler, body())) == "result"
    assert log == ["goes on"]


def test_rule_18_close_inside_the_clause(engine, Ask):
    log = []

    def handler(effect, k):
        k.close()
        log.append("clause")
        return "answer"
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("body")

    assert engine.run(engine.WithHandler(handler, body())) == "answer"
    assert log == ["body", "clause"]


def test_rule_18_nobody_makes_a_continuation(engine, Ask):
    k = store_one(engine, Ask())
    for make in (
        engine.Continuation,
        lambda: engine.Continuation(k),
        lambda: engine.Continuation.__new__(engine.Continuation),
        lambda: type("Sub", (engine.Continuation,), {}),
    ):
        with pytest.raises(TypeError):
            make()
    for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            duplicate(k)
    with pytest.raises((AttributeError, TypeError)):
        k.used = False
    assert k.used is False
    assert engine.run(engine.Resume(k, 1)) == ("body", 1)


def test_rule_18_a_continuation_is_not_a_program(engine, Ask):
    k = store_one(engine, Ask())
    with pytest.raises(TypeError, match="is not a program"):
        engine.run(k)
    assert not k.used
