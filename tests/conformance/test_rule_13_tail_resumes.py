"""Rule 13: tail resumes, as every engine shows them; the rest is in the VM's own tests."""

from __future__ import annotations

import contextlib

import pytest


@pytest.mark.parametrize("count", [1, 2, 1_000, 20_000])
def test_rule_13_long_loops(engine, Ask, count):
    @engine.do
    def body():
        total = 0
        for _ in range(count):
            total += yield Ask(1)
        return total

    def returned(effect, k):
        return (yield engine.Resume(k, effect.value))

    def plain(effect, k):
        return engine.Resume(k, effect.value)

    def transferring(effect, k):
        yield engine.Transfer(k, effect.value)

    for handler in (returned, plain, transferring):
        assert engine.run(engine.WithHandler(handler, body())) == count


def test_rule_13_a_tail_resume_is_refused_like_any_other(engine, Ask):
    def handler(effect, k):
        with contextlib.suppress(TypeError):
            yield engine.Resume(3)
        return (yield engine.Resume(k, "went on"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "went on"


def test_rule_13_a_refused_tail_resume_fails_the_operation(engine, Ask):
    spent = []

    def storing(effect, k):
        spent.append(k)
        return (yield engine.Resume(k))

    def handler(effect, k):
        return (yield engine.Resume(spent[0], "again"))

    @engine.do
    def body():
        try:
            yield Ask()
        except engine.ContinuationConsumed:
            return "performer"

    @engine.do
    def program():
        yield engine.WithHandler(storing, Ask())
        return (yield engine.WithHandler(handler, body()))

    assert engine.run(program()) == "performer"


def test_rule_13_a_tail_resume_of_another_continuation_abandons_its_own(engine, Ask):
    waiting = []
    log = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        return (yield engine.Resume(waiting.pop(), "switched"))

    @engine.do
    def waiter():
        return "waiter", (yield Ask("wait"))

    @engine.do
    def switcher():
        try:
            yield Ask("switch")
        finally:
            log.append("switcher closed")

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        return (yield engine.WithHandler(handler, switcher()))

    assert engine.run(program()) == ("waiter", "switched")
    assert log == ["switcher closed"]


def test_rule_13_a_helper_generator_is_not_in_tail_position(engine, Ask):
    """What `yield from` delegates to has code of its own left to run."""
    seen = []

    def helper(k):
        result = yield engine.Resume(k, 1)
        seen.append(result)
        return result + 1

    def clause(effect, k):
        return (yield from helper(k))

    @engine.do
    def body():
        yield Ask()
        return 10

    assert engine.run(engine.WithHandler(clause, body())) == 11
    assert seen == [10]
