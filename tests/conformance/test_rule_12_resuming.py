"""Rule 12: what a resume gives."""

from __future__ import annotations

import contextlib

import pytest


def test_rule_12_the_result_of_the_body_comes_back(engine, Ask):
    def handler(effect, k):
        result = yield engine.Resume(k, effect.value + 1)
        return ["clause", result]

    @engine.do
    def body():
        return ["body", (yield Ask(1))]

    assert engine.run(engine.WithHandler(handler, body())) == ["clause", ["body", 2]]


def test_rule_12_the_value_defaults_to_none(engine, Ask):
    def resume(effect, k):
        return (yield engine.Resume(k))

    def transfer(effect, k):
        yield engine.Transfer(k)

    @engine.do
    def body():
        return "got", (yield Ask())

    for handler in (resume, transfer):
        assert engine.run(engine.WithHandler(handler, body())) == ("got", None)


def test_rule_12_clauses_end_last_in_first_out(engine, Ask):
    log = []

    def handler(effect, k):
        log.append(("start", effect.value))
        result = yield engine.Resume(k, effect.value)
        log.append(("end", effect.value, result))
        return [effect.value, result]

    @engine.do
    def body():
        yield Ask(1)
        yield Ask(2)
        yield Ask(3)
        return "body"

    expected = [1, [2, [3, "body"]]]
    assert engine.run(engine.WithHandler(handler, body())) == expected
    assert log == [
        ("start", 1),
        ("start", 2),
        ("start", 3),
        ("end", 3, "body"),
        ("end", 2, [3, "body"]),
        ("end", 1, [2, [3, "body"]]),
    ]


def test_rule_12_the_performer_is_under_its_prompt_again(engine, Ask):
    calls = []

    def handler(effect, k):
        calls.append(effect.value)
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        got = []
        for n in range(5):
            got.append((yield Ask(n)))
        return got

    assert engine.run(engine.WithHandler(handler, body())) == [0, 1, 2, 3, 4]
    assert calls == [0, 1, 2, 3, 4]


def test_rule_12_handlers_of_two_levels_interleave(engine, Ask, Tell):
    def wrapping(label):
        def handler(effect, k):
            result = yield engine.Resume(k, effect.value)
            return [label, effect.value, result]

        return handler

    @engine.do
    def body():
        yield Ask(1)
        yield Tell(2)
        yield Ask(3)
        return "body"

    program = engine.WithHandler(wrapping("ask"), body(), effects=Ask)
    program = engine.WithHandler(wrapping("tell"), program, effects=Tell)
    # The prompt of `tell` is around all of `ask`: what its clause gets is ask's whole answer.
    expected = ["tell", 2, ["ask", 1, ["ask", 3, "body"]]]
    assert engine.run(program) == expected


def test_rule_12_a_resume_in_a_program_that_the_clause_called(engine, Ask):
    @engine.do
    def helper(k, value):
        result = yield engine.Resume(k, value)
        return "helper", result

    def handler(effect, k):
        return "clause", (yield helper(k, effect.value))

    assert engine.run(engine.WithHandler(handler, Ask(1))) == ("clause", ("helper", 1))


def test_rule_12_resume_from_plain_program_code(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def body():
        return "body", (yield Ask())

    @engine.do
    def program():
        yield engine.WithHandler(handler, body())
        yield engine.WithHandler(handler, body())
        second = yield engine.Resume(kept[1], 2)
        first = yield engine.Resume(kept[0], 1)
        return first, second

    assert engine.run(program()) == (("body", 1), ("body", 2))


def test_rule_12_a_tail_resume_gives_the_bodys_result(engine, Ask):
    @engine.do
    def body():
        total = 0
        for n in range(300):
            total += yield Ask(n)
        return total

    def returned(effect, k):
        return (yield engine.Resume(k, effect.value))

    def delegated(effect, k):
        return (yield from engine.Resume(k, effect.value))

    def plain(effect, k):
        return engine.Resume(k, effect.value)

    @engine.do
    def program(effect, k):
        return (yield engine.Resume(k, effect.value))

    for handler in (returned, delegated, plain, program):
        assert engine.run(engine.WithHandler(handler, body())) == sum(range(300))


def test_rule_12_a_resume_that_looks_like_a_tail_resume_but_is_not(engine, Ask):
    log = []

    def in_try(effect, k):
        try:
            return (yield engine.Resume(k, effect.value))
        finally:
            log.append(("try", effect.value))

    def in_with(effect, k):
        with contextlib.ExitStack() as stack:
            stack.callback(log.append, ("with", effect.value))
            return (yield engine.Resume(k, effect.value))

    def changed(effect, k):
        return [(yield engine.Resume(k, effect.value))]

    def two(effect, k):
        return (yield engine.Resume(k, effect.value)), log.append(("two", effect.value))

    def conditional(effect, k):
        return (yield engine.Resume(k, effect.value)) or "empty"

    @engine.do
    def body():
        yield Ask(1)
        yield Ask(2)
        log.append("body")

    expected = {
        in_try: None,
        in_with: None,
        changed: [[None]],
        two: ((None, None), None),
        conditional: "empty",
    }
    for handler, answer in expected.items():
        assert engine.run(engine.WithHandler(handler, body())) == answer
    with_cleanup = ["body", ("try", 2), ("try", 1), "body", ("with", 2), ("with", 1)]
    assert log == [*with_cleanup, "body", "body", ("two", 2), ("two", 1), "body"]


def test_rule_12_an_error_passes_waiting_clauses_last_in_first_out(engine, Ask):
    log = []

    def handler(effect, k):
        try:
            yield engine.Resume(k)
        finally:
            log.append(effect.value)

    @engine.do
    def body():
        yield Ask(1)
        yield Ask(2)
        raise ValueError("body")

    with pytest.raises(ValueError, match="body"):
        engine.run(engine.WithHandler(handler, body()))
    assert log == [2, 1]


def test_rule_12_a_waiting_clause_may_perform_after_its_resume(engine, Ask, Tell):
    def asking(effect, k):
        result = yield engine.Resume(k, 1)
        return (yield Tell(result))

    def telling(effect, k):
        return (yield engine.Resume(k, ("told", effect.value)))

    @engine.do
    def body():
        return (yield Ask()) + 1

    program = engine.WithHandler(telling, engine.WithHandler(asking, body(), effects=Ask))
    assert engine.run(program) == ("told", 2)


def test_rule_12_answers_may_be_functions_that_compose(engine, Tell):
    """The classic: every clause is pending and turns the body's answer into a function."""

    def handler(effect, k):
        rest = yield engine.Resume(k)
        return lambda log: rest([*log, effect.value])

    @engine.do
    def body():
        yield Tell(5)
        yield Tell(7)
        return tuple

    assert engine.run(engine.WithHandler(handler, body()))([3]) == (3, 5, 7)
