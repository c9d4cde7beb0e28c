"""Rules 7 to 10: where a clause runs, what a handler call may return, unhandled effects."""

from __future__ import annotations

import pytest

from .helpers import answering

# Rule 7: the clause runs outside its own prompt


def test_rule_07_a_clause_does_not_see_its_own_handler(engine, Ask):
    def inner(effect, k):
        answer = yield Ask((effect.value, "again"))
        return (yield engine.Resume(k, ("inner", answer)))

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == ("inner", ("outer", (1, "again")))


def test_rule_07_a_clause_alone_is_unhandled(engine, Ask):
    def handler(effect, k):
        try:
            yield Ask(2)
        except engine.UnhandledEffect as error:
            return "unhandled", error.effect.value

    assert engine.run(engine.WithHandler(handler, Ask(1))) == ("unhandled", 2)


def test_rule_07_a_clause_does_not_see_handlers_inside(engine, Ask, Tell):
    def outer(effect, k):
        answer = yield Tell("from the clause")
        return (yield engine.Resume(k, answer))

    @engine.do
    def body():
        inner = yield Tell("from the body")
        return inner, (yield Ask(1))

    program = engine.WithHandler(answering(engine, "inside"), body(), effects=Tell)
    program = engine.WithHandler(outer, program, effects=Ask)
    program = engine.WithHandler(answering(engine, "outside"), program)
    expected = (("inside", "from the body"), ("outside", "from the clause"))
    assert engine.run(program) == expected


def test_rule_07_programs_called_by_a_clause_run_outside_too(engine, Ask):
    @engine.do
    def helper(value):
        return (yield Ask(value))

    def inner(effect, k):
        answer = yield helper((effect.value, "helped"))
        return (yield engine.Resume(k, answer))

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == ("outer", (1, "helped"))


def test_rule_07_a_clause_sees_what_it_installs(engine, Ask):
    def handler(effect, k):
        installed = yield engine.WithHandler(answering(engine, "installed"), Ask(2))
        outer = yield Ask(3)
        return (yield engine.Resume(k, (installed, outer)))

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(handler, Ask(1)))
    assert engine.run(program) == (("installed", 2), ("outer", 3))


def test_rule_07_what_surrounds_a_resume_surrounds_the_body(engine, Ask, Tell):
    def handler(effect, k):
        return (yield engine.WithHandler(answering(engine, "around"), engine.Resume(k, 0)))

    @engine.do
    def body():
        yield Ask(1)
        return (yield Tell(2))

    program = engine.WithHandler(handler, body(), effects=Ask)
    program = engine.WithHandler(answering(engine, "outer"), program)
    assert engine.run(program) == ("around", 2)


def test_rule_07_after_a_resume_the_clause_is_still_outside(engine, Ask):
    def inner(effect, k):
        result = yield engine.Resume(k, effect.value)
        return result, (yield Ask("after"))

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == (1, ("outer", "after"))


def test_rule_07_holds_at_every_level(engine, Ask):
    def level(n):
        def handler(effect, k):
            answer = yield Ask([*effect.value, n])
            return (yield engine.Resume(k, answer))

        return handler

    def last(effect, k):
        return (yield engine.Resume(k, effect.value))

    program = Ask([])
    for n in range(30):
        program = engine.WithHandler(level(n), program)
    assert engine.run(engine.WithHandler(last, program)) == list(range(30))


def test_rule_07_the_same_handler_twice(engine, Ask):
    calls = []

    def handler(effect, k):
        calls.append(effect.value)
        if effect.value < 2:
            answer = yield Ask(effect.value + 1)
        else:
            answer = "end"
        return (yield engine.Resume(k, answer))

    program = Ask(0)
    for _ in range(3):
        program = engine.WithHandler(handler, program)
    assert engine.run(program) == "end"
    assert calls == [0, 1, 2]


def test_rule_07_the_body_sees_its_handlers_again_after_the_clause(engine, Ask, Tell):
    def asking(effect, k):
        told = yield Tell("clause")
        return (yield engine.Resume(k, told))

    @engine.do
    def body():
        first = yield Ask(1)
        own = yield Tell("body")
        return first, own

    program = engine.WithHandler(answering(engine, "near"), body(), effects=Tell)
    program = engine.WithHandler(asking, program, effects=Ask)
    program = engine.WithHandler(answering(engine, "far"), program, effects=Tell)
    assert engine.run(program) == (("far", "clause"), ("near", "body"))


# Rule 8: what a handler call may return


def test_rule_08_a_generator(engine, Ask):
    def handler(effect, k):
        result = yield engine.Resume(k, effect.value)
        return "clause", result

    assert engine.run(engine.WithHandler(handler, Ask(1))) == ("clause", 1)


def test_rule_08_a_program(engine, Ask):
    @engine.do
    def handler(effect, k):
        result = yield engine.Resume(k, effect.value)
        return "clause", result

    assert engine.run(engine.WithHandler(handler, Ask(1))) == ("clause", 1)


def test_rule_08_a_plain_do_function(engine, Ask):
    @engine.do
    def handler(effect, k):
        return "answer", effect.value

    assert engine.run(engine.WithHandler(handler, Ask(1))) == ("answer", 1)


def test_rule_08_an_object_with_to_generator(engine, Ask):
    class Clause:
        def __init__(self, effect, k):
            self.effect = effect
            self.k = k

        def to_generator(self):
            result = yield engine.Resume(self.k, self.effect.value)
            return "clause", result

    assert engine.run(engine.WithHandler(Clause, Ask(1))) == ("clause", 1)


def test_rule_08_pure_is_the_answer(engine, Ask):
    @engine.do
    def body():
        yield Ask(1)
        raise AssertionError

    def handler(effect, k):
        return engine.Pure("answer")

    assert engine.run(engine.WithHandler(handler, body())) == "answer"


def test_rule_08_an_effect_is_performed_from_the_clause(engine, Ask):
    def inner(effect, k):
        return Ask("from the clause")

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == ("outer", "from the clause")


def test_rule_08_with_handler_runs_in_the_clause(engine, Ask):
    def inner(effect, k):
        return engine.WithHandler(answering(engine, "new"), engine.Resume(k, effect.value))

    @engine.do
    def body():
        first = yield Ask(1)
        return first, (yield Ask(2))

    # The second effect meets the body's own prompt first.
    program = engine.WithHandler(inner, body())
    assert engine.run(program) == (1, 2)


def test_rule_08_resume(engine, Ask):
    @engine.do
    def body():
        return (yield Ask(1)) + (yield Ask(2))

    def handler(effect, k):
        return engine.Resume(k, effect.value * 10)

    assert engine.run(engine.WithHandler(handler, body())) == 30


def test_rule_08_transfer(engine, Ask):
    @engine.do
    def body():
        return (yield Ask(1)) + (yield Ask(2))

    def handler(effect, k):
        return engine.Transfer(k, effect.value * 10)

    assert engine.run(engine.WithHandler(handler, body())) == 30


def test_rule_08_pass(engine, Ask):
    @engine.do
    def body():
        return (yield Ask(1)), (yield Ask(2))

    def handler(effect, k):
        return engine.Pass()

    program = engine.WithHandler(answering(engine, "outer"), engine.WithHandler(handler, body()))
    assert engine.run(program) == (("outer", 1), ("outer", 2))


@pytest.mark.parametrize("value", [3, None, "text", (1,), object, [], len])
def test_rule_08_any_other_value_is_an_error_at_the_perform_site(engine, Ask, value):
    def wrong_handler(effect, k):
        return value

    @engine.do
    def body():
        try:
            yield Ask(1)
        except TypeError as error:
            return str(error)

    message = engine.run(engine.WithHandler(wrong_handler, body()))
    assert message.startswith("handler ")
    assert "wrong_handler returned " in message
    assert message.endswith(
        f" of type '{type(value).__qualname__}' for effect Ask(1); expected a generator, "
        "a program or a control primitive such as Resume(k, value)"
    )


def test_rule_08_the_wrong_value_uses_up_k(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return 3

    with pytest.raises(TypeError, match="returned 3 of type 'int'"):
        engine.run(engine.WithHandler(handler, Ask(1)))
    assert kept[0].used


def test_rule_08_do_function_and_continuation_are_wrong_values(engine, Ask):
    @engine.do
    def program():
        yield

    for handler in (lambda effect, k: program, lambda effect, k: k):
        with pytest.raises(TypeError, match="expected a generator, a program or a control"):
            engine.run(engine.WithHandler(handler, Ask(1)))


@pytest.mark.parametrize("name", ["Resume", "Transfer", "Pass"])
@pytest.mark.parametrize("kind", ["generator", "program", "plain"])
def test_rule_08_an_unperformed_primitive_is_an_error_at_the_perform_site(engine, Ask, name, kind):
    def make(k):
        return engine.Pass() if name == "Pass" else getattr(engine, name)(k, 1)

    def forgetful(effect, k):
        return make(k)
        yield

    @engine.do
    def forgetful_program(effect, k):
        yield engine.Pure()
        return make(k)

    @engine.do
    def forgetful_plain(effect, k):
        return make(k)

    handler = {
        "generator": forgetful,
        "program": forgetful_program,
        "plain": forgetful_plain,
    }[kind]

    @engine.do
    def body():
        try:
            yield Ask(1)
        except TypeError as error:
            return str(error)

    message = engine.run(engine.WithHandler(handler, body()))
    assert message.startswith("the clause of ")
    assert f"returned {name}(...) without performing it; write 'return (yield {name}(" in message


def test_rule_08_an_unperformed_primitive_after_the_resume_leaves_the_handler(engine, Ask):
    after = []

    def handler(effect, k):
        yield engine.Resume(k, 1)
        return engine.Resume(k, 2)

    @engine.do
    def body():
        try:
            yield Ask(1)
        finally:
            after.append("body ended")
        return "result"

    @engine.do
    def program():
        try:
            yield engine.WithHandler(handler, body())
        except TypeError as error:
            return str(error)

    assert "without performing it" in engine.run(program())
    assert after == ["body ended"]


def test_rule_08_other_programs_may_be_the_clauses_result(engine, Ask):
    pure = engine.Pure(1)

    def handler(effect, k):
        return pure
        yield

    assert engine.run(engine.WithHandler(handler, Ask(1))) is pure


def test_rule_08_every_callable_can_be_a_handler(engine, Ask):
    class Handler:
        def __call__(self, effect, k):
            return engine.Resume(k, "called")

        def method(self, effect, k):
            return (yield engine.Resume(k, "method"))

        @engine.do
        def program(self, effect, k):
            return (yield engine.Resume(k, "program"))

        @staticmethod
        def static(effect, k):
            return engine.Resume(k, "static")

    handlers = [Handler(), Handler().method, Handler().program, Handler.static]
    answers = [engine.run(engine.WithHandler(handler, Ask(1))) for handler in handlers]
    assert answers == ["called", "method", "program", "static"]


# Rule 9: all effects go through dispatch


def test_rule_09_any_handler_inside_can_intercept(engine, Ask, Tell):
    log = []

    def intercepting(effect, k):
        log.append(effect.value)
        answer = yield type(effect)(("seen", effect.value))
        return (yield engine.Resume(k, answer))

    @engine.do
    def body():
        return (yield Ask(1)), (yield Tell(2))

    program = engine.WithHandler(intercepting, body())
    program = engine.WithHandler(answering(engine, "outer"), program)
    assert engine.run(program) == (("outer", ("seen", 1)), ("outer", ("seen", 2)))
    assert log == [1, 2]


# Rule 10: no handler


def test_rule_10_unhandled_effect_is_raised_at_the_perform_site(engine, Ask):
    effect = Ask(1)

    @engine.do
    def program():
        try:
            yield effect
        except engine.UnhandledEffect as error:
            return error

    error = engine.run(program())
    assert isinstance(error, RuntimeError)
    assert error.effect is effect
    assert str(error) == "no handler accepts Ask(1); no handlers in scope"


def test_rule_10_uncaught(engine, Ask):
    with pytest.raises(engine.UnhandledEffect, match="no handlers in scope"):
        engine.run(Ask(1))


def test_rule_10_the_message_names_the_handlers_in_scope(engine, Ask, Tell):
    def first(effect, k):
        yield

    class Second:
        def __call__(self, effect, k):
            yield

    program = engine.WithHandler(first, Ask(1), effects=Tell)
    program = engine.WithHandler(Second(), program, effects=Tell)
    with pytest.raises(engine.UnhandledEffect) as caught:
        engine.run(program)
    message = str(caught.value)
    assert message.startswith("no handler accepts Ask(1); handlers in scope: ")
    assert message.endswith(" (innermost first)")
    assert message.index("first") < message.index("Second")


@pytest.mark.parametrize(("count", "more"), [(10, None), (11, 1), (13, 3)])
def test_rule_10_the_message_names_ten_handlers_at_most(engine, effects, count, more):
    def some_handler(effect, k):
        yield

    program = effects.Ask(1)
    for _ in range(count):
        program = engine.WithHandler(some_handler, program, effects=effects.Tell)
    with pytest.raises(engine.UnhandledEffect) as caught:
        engine.run(program)
    message = str(caught.value)
    assert message.count("some_handler") == 10
    assert message.endswith(f" and {more} more (innermost first)" if more else " (innermost first)")
    assert ("more" in message) == (more is not None)


def test_rule_10_a_long_repr_is_cut(engine, Ask):
    with pytest.raises(engine.UnhandledEffect) as caught:
        engine.run(Ask("x" * 100_000))
    assert str(caught.value).startswith("no handler accepts Ask('xxx")
    assert len(str(caught.value)) < 200


def test_rule_10_a_failing_repr_costs_its_text_alone(engine):
    class Broken(engine.EffectBase):
        def __repr__(self):
            raise ValueError("repr")

    with pytest.raises(engine.UnhandledEffect) as caught:
        engine.run(Broken())
    assert f"<{Broken.__qualname__} object, repr failed>"[:80] in str(caught.value)
    assert caught.value.__context__ is None


def test_rule_10_the_body_goes_on_in_its_handlers(engine, Ask, Tell):
    @engine.do
    def body():
        try:
            yield Ask(1)
        except engine.UnhandledEffect:
            return (yield Tell("recovered"))

    program = engine.WithHandler(answering(engine, "tell"), body(), effects=Tell)
    assert engine.run(program) == ("tell", "recovered")


def test_rule_10_a_clause_that_performs_an_unhandled_effect(engine, Ask, Tell):
    def handler(effect, k):
        try:
            yield Tell(2)
        except engine.UnhandledEffect as error:
            return (yield engine.Resume(k, error.effect.value))

    assert engine.run(engine.WithHandler(handler, Ask(1))) == 2


def test_rule_10_an_uncaught_one_in_a_clause_fails_the_operation(engine, Ask, Tell):
    def handler(effect, k):
        yield Tell(2)

    @engine.do
    def body():
        try:
            yield Ask(1)
        except engine.UnhandledEffect as error:
            return error.effect.value

    assert engine.run(engine.WithHandler(handler, body())) == 2


def test_rule_10_a_program_may_raise_it_itself(engine):
    error = engine.UnhandledEffect("mine")

    @engine.do
    def program():
        raise error
        yield

    with pytest.raises(engine.UnhandledEffect) as caught:
        engine.run(program())
    assert caught.value is error
