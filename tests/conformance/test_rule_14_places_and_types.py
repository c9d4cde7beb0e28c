"""Rule 14: where a transfer is refused, and for which arguments."""

from __future__ import annotations

import pytest


def test_rule_14_a_prompt_ends_the_clause(engine, Ask, Tell):
    """A program under a handler that the clause installed is not the clause."""
    messages = []

    @engine.do
    def installed(k):
        try:
            yield engine.Transfer(k)
        except RuntimeError as error:
            messages.append(str(error))

    def unused(effect, k):
        yield

    def handler(effect, k):
        yield engine.WithHandler(unused, installed(k))
        return (yield engine.Resume(k, "still works"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "still works"
    assert messages == ["Transfer works only in a handler's clause"]


def test_rule_14_a_transfer_directly_under_a_prompt_is_refused(engine, Ask):
    def unused(effect, k):
        yield

    def handler(effect, k):
        try:
            yield engine.WithHandler(unused, engine.Transfer(k))
        except RuntimeError as error:
            return (yield engine.Resume(k, str(error)))

    answer = engine.run(engine.WithHandler(handler, Ask()))
    assert answer == "Transfer works only in a handler's clause"


@pytest.mark.parametrize("name", ["Transfer", "Pass"])
@pytest.mark.parametrize("place", ["program", "body", "run", "nested"])
def test_rule_14_outside_a_clause_it_is_refused_at_the_yield(engine, Ask, name, place):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    def make():
        return engine.Pass(Ask(), kept[0]) if name == "Pass" else engine.Transfer(kept[0])

    expected = f"{name} works only in a handler's clause"
    assert engine.run(engine.WithHandler(handler, Ask())) == "stored"

    @engine.do
    def refused():
        try:
            yield make()
        except RuntimeError as error:
            return str(error)

    @engine.do
    def nested():
        return (yield refused())

    if place == "run":
        with pytest.raises(RuntimeError) as caught:
            engine.run(make())
        assert str(caught.value) == expected
    else:
        program = {
            "program": refused(),
            "body": engine.WithHandler(handler, refused()),
            "nested": engine.WithHandler(handler, nested()),
        }[place]
        assert engine.run(program) == expected
    assert not kept[0].used


def test_rule_14_a_resumed_body_is_not_in_the_clause(engine, Ask):
    """The body goes on above the clause that resumed it, but its own prompt lies between."""

    def handler(effect, k):
        return (yield engine.Resume(k, k))

    @engine.do
    def body():
        k = yield Ask()
        try:
            yield engine.Transfer(k)
        except RuntimeError as error:
            return type(error), str(error)

    assert engine.run(engine.WithHandler(handler, body())) == (
        RuntimeError,
        "Transfer works only in a handler's clause",
    )


def test_rule_14_resume_works_anywhere(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    for _ in range(3):
        engine.run(engine.WithHandler(handler, Ask()))

    @engine.do
    def program(k):
        return (yield engine.Resume(k, 1))

    assert engine.run(program(kept[0])) == 1
    assert engine.run(engine.Resume(kept[1], 2)) == 2
    assert engine.run(engine.WithHandler(handler, engine.Resume(kept[2], 3))) == 3


@pytest.mark.parametrize("name", ["Resume", "Transfer", "Pass"])
@pytest.mark.parametrize("bad", [3, "k", Ellipsis])
def test_rule_14_something_else_than_a_continuation_is_refused(engine, Ask, name, bad):
    def handler(effect, k):
        primitive = engine.Pass(None, bad) if name == "Pass" else getattr(engine, name)(bad)
        try:
            yield primitive
        except TypeError as error:
            message = str(error)
        return (yield engine.Resume(k, message))

    expected = f"{name} needs a continuation, got {bad!r} of type '{type(bad).__name__}'"
    assert engine.run(engine.WithHandler(handler, Ask())) == expected


@pytest.mark.parametrize("name", ["Resume", "Transfer"])
def test_rule_14_none_is_not_a_continuation(engine, Ask, name):
    def handler(effect, k):
        yield getattr(engine, name)(None)

    with pytest.raises(TypeError, match=f"{name} needs a continuation, got None"):
        engine.run(engine.WithHandler(handler, Ask()))


def test_rule_14_pass_needs_an_effect(engine, Ask):
    @engine.do
    def program():
        yield

    for bad in (3, program(), Ask, engine.Pure(1)):

        def handler(effect, k, bad=bad):
            try:
                yield engine.Pass(bad)
            except TypeError as error:
                message = str(error)
            return (yield engine.Resume(k, message))

        message = engine.run(engine.WithHandler(handler, Ask()))
        assert message.startswith("Pass needs an effect (an EffectBase instance), got ")
        assert message.endswith(f" of type '{type(bad).__qualname__}'")


def test_rule_14_checks_place_then_types_then_use(engine, Ask):
    spent = []

    def spending(effect, k):
        spent.append(k)
        return (yield engine.Resume(k))

    engine.run(engine.WithHandler(spending, Ask()))

    @engine.do
    def outside(primitive):
        yield primitive

    primitives = [
        engine.Transfer(3),
        engine.Transfer(spent[0]),
        engine.Pass(3),
        engine.Pass(Ask(), 3),
        engine.Pass(Ask(), spent[0]),
    ]
    for primitive in primitives:
        with pytest.raises(RuntimeError, match="works only in a handler's clause") as caught:
            engine.run(outside(primitive))
        assert not isinstance(caught.value, engine.ContinuationConsumed)

    def handler(effect, k):
        with pytest.raises(TypeError):
            yield engine.Pass(3, spent[0])
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Pass(Ask(), spent[0])
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Transfer(spent[0])
        return (yield engine.Resume(k, "in order"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "in order"


def test_rule_14_a_refused_transfer_leaves_the_clause_going_on(engine, Ask):
    log = []
    spent = []

    @engine.do
    def helper(k):
        try:
            yield engine.Transfer(spent[0])
        except engine.ContinuationConsumed:
            log.append("helper goes on")
        return "helper"

    def handler(effect, k):
        if effect.value == "spend":
            spent.append(k)
            return (yield engine.Resume(k))
        try:
            got = yield helper(k)
            log.append(got)
        finally:
            log.append("clause goes on")
        return (yield engine.Resume(k, "resumed"))

    @engine.do
    def body():
        yield Ask("spend")
        return (yield Ask())

    assert engine.run(engine.WithHandler(handler, body())) == "resumed"
    assert log == ["helper goes on", "helper", "clause goes on"]
