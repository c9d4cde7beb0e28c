"""Rule 18: no pair of uses of one continuation, started or not."""

from __future__ import annotations

import contextlib
import itertools

import pytest

CONSUMED = (
    "this continuation was already used; a continuation is one-shot: "
    "it can be resumed, transferred to or passed on only once"
)
USES = (
    "Resume",
    "Transfer",
    "ResumeThrow",
    "TransferThrow",
    "ResumeContinuation",
    "Delegate",
    "Pass",
)
UNSTARTED_USES = USES[:5]


class Thrown(Exception):
    """What the throwing primitives deliver."""


def make(engine, name, k):
    """The primitive of that name that uses `k`."""
    if name.endswith("Throw"):
        return getattr(engine, name)(k, Thrown())
    if name in ("Delegate", "Pass"):
        return getattr(engine, name)(None, k)
    return getattr(engine, name)(k)


def started(engine, effect, log):
    """A started continuation; its body says so when it goes on, whatever it gets."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def body():
        with contextlib.suppress(Thrown):
            yield effect
        log.append("body")
        return "done"

    engine.run(engine.WithHandler(storing, body()))
    return kept.pop()


def unstarted(engine, log):
    """An unstarted continuation."""

    @engine.do
    def body():
        log.append("body")
        return "done"

    return engine.run(engine.CreateContinuation(body()))


def use(engine, effects, name, k):
    """Use `k` in a clause; the error that it gets there is raised."""

    def clause(effect, own):
        try:
            result = yield make(engine, name, k)
        except engine.ContinuationConsumed as error:
            return error
        return result

    def outer(effect, k):
        return engine.Resume(k)

    def program():
        inner = engine.WithHandler(clause, effects.Ask(), effects=effects.Ask)
        return engine.WithHandler(outer, inner)

    return engine.run(program())


def assert_refused(engine, effects, name, k):
    error = use(engine, effects, name, k)
    assert type(error) is engine.ContinuationConsumed
    assert str(error) == CONSUMED
    assert k.used is True


@pytest.mark.parametrize(("first", "second"), list(itertools.product((*USES, "close"), USES)))
def test_rule_18_a_started_continuation_has_one_use(engine, effects, first, second):
    log = []
    k = started(engine, effects.Ask(), log)
    assert k.used is False
    if first == "close":
        k.close()
        assert log == []
    else:
        assert use(engine, effects, first, k) == "done"
        assert log == ["body"]
    before = list(log)
    assert_refused(engine, effects, second, k)
    assert_refused(engine, effects, second, k)
    k.close()
    assert log == before


@pytest.mark.parametrize(
    ("first", "second"),
    list(itertools.product((*UNSTARTED_USES, "close"), UNSTARTED_USES)),
)
def test_rule_18_an_unstarted_continuation_has_one_use(engine, effects, first, second):
    log = []
    k = unstarted(engine, log)
    assert k.used is False
    if first == "close":
        k.close()
    elif first.endswith("Throw"):
        # The program never starts: the exception is the result of the start.
        with pytest.raises(Thrown):
            use(engine, effects, first, k)
    else:
        assert use(engine, effects, first, k) == "done"
        assert log == ["body"]
    before = list(log)
    assert_refused(engine, effects, second, k)
    k.close()
    assert log == before


@pytest.mark.parametrize("second", USES)
def test_rule_18_while_the_body_runs(engine, effects, second):
    """The clause waits and its body is the offender, which goes on."""
    refused = []

    def handler(effect, k):
        result = yield engine.Resume(k, k)
        return result

    def clause(effect, own):
        try:
            yield make(engine, second, effect.value)
        except engine.ContinuationConsumed as error:
            refused.append(str(error))
        return (yield engine.Resume(own, "went on"))

    @engine.do
    def body():
        k = yield effects.Ask()
        return (yield engine.WithHandler(clause, effects.Tell(k)))

    assert engine.run(engine.WithHandler(handler, body())) == "went on"
    assert refused == [CONSUMED]


@pytest.mark.parametrize("name", ["Resume", "ResumeThrow", "ResumeContinuation"])
def test_rule_18_in_plain_program_code(engine, effects, name):
    log = []
    k = started(engine, effects.Ask(), log)

    @engine.do
    def program():
        first = yield make(engine, name, k)
        try:
            yield make(engine, name, k)
        except engine.ContinuationConsumed as error:
            return first, str(error)

    assert engine.run(program()) == ("done", CONSUMED)
    assert log == ["body"]


@pytest.mark.parametrize("name", USES)
def test_rule_18_a_refused_use_keeps_the_clauses_own_k(engine, effects, name):
    log = []
    spent = started(engine, effects.Ask(), log)
    spent.close()

    def clause(effect, k):
        with pytest.raises(engine.ContinuationConsumed):
            yield make(engine, name, spent)
        assert k.used is False
        return (yield engine.Resume(k, "own"))

    assert engine.run(engine.WithHandler(clause, effects.Ask())) == "own"
