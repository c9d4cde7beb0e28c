"""Rule 14: what finishing a clause does."""

from __future__ import annotations

import pytest


def test_rule_14_the_own_k_is_dropped_before_anything_else_runs(engine, Ask):
    log = []
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        try:
            yield engine.Transfer(waiting.pop(), "switched")
        finally:
            log.append("clause closed")

    @engine.do
    def waiter():
        got = yield Ask("wait")
        log.append("waiter goes on")
        return got

    @engine.do
    def inner():
        try:
            yield Ask("switch")
        finally:
            log.append("inner closed")

    @engine.do
    def switcher():
        try:
            yield inner()
        finally:
            log.append("switcher closed")

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        return (yield engine.WithHandler(handler, switcher()))

    assert engine.run(program()) == "switched"
    assert log == ["clause closed", "inner closed", "switcher closed", "waiter goes on"]


def test_rule_14_a_stored_own_k_survives(engine, Ask):
    kept = {}

    def handler(effect, k):
        kept[effect.value] = k
        if effect.value == "first":
            return "waiting"
        yield engine.Transfer(kept["first"], "switched")

    @engine.do
    def body(name):
        return name, (yield Ask(name))

    @engine.do
    def program():
        yield engine.WithHandler(handler, body("first"))
        switched = yield engine.WithHandler(handler, body("second"))
        assert not kept["second"].used
        return switched, (yield engine.Resume(kept["second"], "late"))

    assert engine.run(program()) == (("first", "switched"), ("second", "late"))


@pytest.mark.parametrize("as_pass", [False, True])
def test_rule_14_cleanup_that_raises_fails_the_operation(engine, Ask, as_pass):
    log = []
    kept = []

    def handler(effect, k):
        kept.append(k)
        try:
            yield engine.Pass() if as_pass else engine.Transfer(k, "value")
        finally:
            log.append(k.used)
            raise KeyError("cleanup")

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return "performer", error.args[0]

    program = engine.WithHandler(handler, body())

    def outer(effect, k):
        raise AssertionError
        yield

    assert engine.run(engine.WithHandler(outer, program)) == ("performer", "cleanup")
    assert log == [True]  # reserved while the clause is being finished
    assert kept[0].used  # by the failure


def test_rule_14_cleanup_that_yields_is_pythons_runtime_error(engine, Ask):
    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        except GeneratorExit:
            yield engine.Pure()

    @engine.do
    def body():
        try:
            yield Ask()
        except RuntimeError as error:
            return str(error)

    assert engine.run(engine.WithHandler(handler, body())) == "generator ignored GeneratorExit"


def test_rule_14_cleanup_may_swallow_generator_exit(engine, Ask):
    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        except GeneratorExit:
            return "ignored"

    assert engine.run(engine.WithHandler(handler, Ask())) == "value"


def test_rule_14_the_first_error_of_cleanup_counts_and_the_rest_is_closed(engine, Ask, unraisable):
    log = []

    @engine.do
    def inner(k):
        try:
            yield engine.Transfer(k)
        finally:
            log.append("inner")
            raise KeyError("first")

    @engine.do
    def middle(k):
        try:
            yield inner(k)
        finally:
            log.append("middle")
            raise ValueError("second")

    def handler(effect, k):
        try:
            yield middle(k)
        finally:
            log.append("clause")

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return error.args[0]

    assert engine.run(engine.WithHandler(handler, body())) == "first"
    assert log == ["inner", "middle", "clause"]
    assert unraisable.types == [ValueError]
    assert unraisable.texts == ["second"]


def test_rule_14_a_failed_transfer_to_another_k_leaves_that_one_unused(engine, Ask):
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        try:
            yield engine.Transfer(waiting[0], "switched")
        finally:
            raise KeyError("cleanup")

    @engine.do
    def waiter():
        return "waiter", (yield Ask("wait"))

    @engine.do
    def switcher():
        try:
            yield Ask("switch")
        except KeyError:
            return "failed"

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        failed = yield engine.WithHandler(handler, switcher())
        assert not waiting[0].used
        return failed, (yield engine.Resume(waiting[0], "later"))

    assert engine.run(program()) == ("failed", ("waiter", "later"))


def test_rule_14_a_failed_transfer_of_a_clause_that_used_its_k_leaves_the_handler(engine, Ask):
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        yield engine.Resume(k)
        try:
            yield engine.Transfer(waiting[0], "switched")
        finally:
            raise KeyError("cleanup")

    @engine.do
    def body(value):
        try:
            return (yield Ask(value))
        except KeyError:
            raise AssertionError from None

    @engine.do
    def program():
        yield engine.WithHandler(handler, body("wait"))
        try:
            yield engine.WithHandler(handler, body("go"))
        except KeyError:
            return waiting[0].used

    assert engine.run(program()) is False
    waiting.clear()


def test_rule_14_during_cleanup_the_reserved_k_counts_as_used(engine, Ask):
    seen = []

    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        finally:
            try:
                engine.run(engine.Resume(k, "stolen"))
            except engine.ContinuationConsumed:
                seen.append("consumed")
            k.close()

    @engine.do
    def body():
        return (yield Ask())

    assert engine.run(engine.WithHandler(handler, body())) == "value"
    assert seen == ["consumed"]


def test_rule_14_pass_finishes_the_clause_first(engine, Ask):
    log = []

    def inner(effect, k):
        try:
            yield engine.Pass()
        finally:
            log.append("inner closed")

    def outer(effect, k):
        log.append("outer")
        return (yield engine.Resume(k, ("outer", effect.value)))

    program = engine.WithHandler(outer, engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == ("outer", 1)
    assert log == ["inner closed", "outer"]


@pytest.mark.parametrize("primitive", ["Transfer", "Pass"])
def test_rule_14_a_helper_generator_is_closed(engine, Ask, primitive):
    seen = []

    def helper(k):
        try:
            yield engine.Transfer(k, 1) if primitive == "Transfer" else engine.Pass()
            seen.append("ran on")
        except GeneratorExit:
            seen.append("closed")
            raise

    def clause(effect, k):
        yield from helper(k)

    def answer(effect, k):
        return engine.Resume(k, 1)

    @engine.do
    def body():
        yield Ask()
        return 10

    inner = engine.WithHandler(clause, body())
    assert engine.run(engine.WithHandler(answer, inner)) == 10
    assert seen == ["closed"]


def test_rule_14_what_yields_in_its_cleanup_is_dropped_when_all_were_closed(engine, Ask):
    log = []

    @engine.do
    def called(k):
        try:
            yield engine.Transfer(k)
        finally:
            try:
                yield engine.Pure()
            finally:
                log.append("dropped")

    def clause(effect, k):
        try:
            yield called(k)
        finally:
            log.append("closed")

    @engine.do
    def body():
        try:
            yield Ask()
        except RuntimeError as error:
            log.append(str(error))

    engine.run(engine.WithHandler(clause, body()))
    assert log == ["closed", "dropped", "generator ignored GeneratorExit"]
