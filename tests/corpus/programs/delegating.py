"""Delegating and passing to outer handlers, and performing the effect again."""

from __future__ import annotations

from .registry import CONSUMED, program

# Rule 16: Delegate and Pass


@program(
    rule=16,
    answer=["outer", ["inner", ["body", "from outer"]]],
    log=["inner delegates", "outer", "body", "inner goes on", "outer goes on"],
)
def an_outer_handler_answers_through_a_delegating_inner_one(m, log, Op):
    """The clause waits; Delegate gives what Resume would have given: the body's result."""

    def outer(effect, k):
        log.append("outer")
        result = yield m.Resume(k, "from outer")
        log.append("outer goes on")
        return ["outer", result]

    def inner(effect, k):
        log.append("inner delegates")
        result = yield m.Delegate()
        log.append("inner goes on")
        return ["inner", result]

    @m.do
    def body():
        got = yield Op()
        log.append("body")
        return ["body", got]

    return m.with_handlers([inner, outer], body())


@program(
    rule=16,
    answer="outer answer",
    log=["body closed", "inner clause closed", "answer arrived"],
)
def an_outer_handler_abandons_through_a_delegating_inner_one(m, log, Op):
    """Everything inside the outer prompt is skipped, the clause that delegated included."""

    def outer(effect, k):
        return "outer answer"
        yield

    def inner(effect, k):
        try:
            yield m.Delegate()
            log.append("must not go on")
        finally:
            log.append("inner clause closed")

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    answer = yield m.with_handlers([inner, outer], body())
    log.append("answer arrived")
    return answer


@program(rule=16, answer=("inner", "performer caught outer"))
def an_outer_handler_fails_through_a_delegating_inner_one(m, Op):
    """The exception is thrown at the perform site; the waiting clause gets the body's result."""

    def outer(effect, k):
        raise ValueError("outer")

    def inner(effect, k):
        return "inner", (yield m.Delegate())

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            return f"performer caught {error}"

    return m.with_handlers([inner, outer], body())


@program(rule=16, answer=("replaced", 2), log=["Other(2)"])
def delegate_may_replace_the_effect(m, log, Op, Other):
    """Outer handlers see the other effect; those that accept only the first are passed over."""

    def for_ops(effect, k):
        log.append("must not be called")
        yield

    def for_others(effect, k):
        log.append(repr(effect))
        return (yield m.Resume(k, ("replaced", effect.value)))

    def inner(effect, k):
        result = yield m.Delegate(Other(effect.value + 1))
        return result

    handlers = [inner, m.TypedHandler(for_ops, Op), m.TypedHandler(for_others, Other)]
    return m.with_handlers(handlers, Op(1))


@program(rule=16, answer=(True, "body"), log=[CONSUMED])
def delegate_spends_k(m, log, Op):
    """The clause's k cannot be resumed afterwards."""

    def outer(effect, k):
        return (yield m.Resume(k, "body"))

    def inner(effect, k):
        result = yield m.Delegate()
        try:
            yield m.Resume(k)
        except m.ContinuationConsumed as error:
            log.append(str(error))
        return k.used, result

    return m.with_handlers([inner, outer], Op())


@program(rule=16, answer=["outer", "body"], log=["inner finished", "outer", "body goes on"])
def pass_finishes_the_clause_first(m, log, Op):
    """It is the tail form of Delegate: the outer clause gets the body's result directly."""

    def outer(effect, k):
        log.append("outer")
        return ["outer", (yield m.Resume(k))]

    def inner(effect, k):
        try:
            yield m.Pass()
            log.append("must not go on")
        finally:
            log.append("inner finished")

    @m.do
    def body():
        yield Op()
        log.append("body goes on")
        return "body"

    return m.with_handlers([inner, outer], body())


@program(rule=16, answer="went on", log=["passing Op(1)", "unhandled Op(1)"])
def pass_without_an_outer_handler(m, log, Op):
    """The performer gets UnhandledEffect at its yield."""

    def handler(effect, k):
        log.append(f"passing {effect!r}")
        yield m.Pass()

    @m.do
    def body():
        effect = Op(1)
        try:
            yield effect
        except m.UnhandledEffect as error:
            assert error.effect is effect
            assert str(error).startswith("no handler accepts Op(1); ")
            log.append(f"unhandled {error.effect!r}")
        return "went on"

    return m.WithHandler(handler, body())


@program(rule=16, answer=("clause goes on with", "body"), log=["UnhandledEffect"])
def delegate_without_an_outer_handler(m, log, Op, Other):
    """The performer gets UnhandledEffect; the clause waits for what the body makes of it."""

    def outer(effect, k):
        log.append("must not be called")
        yield

    def inner(effect, k):
        return "clause goes on with", (yield m.Delegate())

    @m.do
    def body():
        try:
            yield Op()
        except m.UnhandledEffect as error:
            log.append(type(error).__name__)
        return "body"

    return m.WithHandler(outer, m.WithHandler(inner, body()), effects=Other)


@program(rule=16, answer=["passed to outer", "own effect"], log=["own closed", "other goes on"])
def pass_of_another_continuation(m, log, Op, Other):
    """The effect is performed at its site, for the outer handlers of the clause that passes."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    def outer(effect, k):
        return (yield m.Resume(k, ["passed to outer", effect.value]))

    def passing(effect, k):
        yield m.Pass(Other("own effect"), kept.pop())

    @m.do
    def other():
        got = yield Op()
        log.append("other goes on")
        return got

    @m.do
    def own():
        try:
            yield Op()
        finally:
            log.append("own closed")

    yield m.WithHandler(storing, other())
    return (yield m.with_handlers([passing, m.TypedHandler(outer, Other)], own()))


@program(rule=16, answer=("clause", ("other", 7)), log=["other done", "own closed"])
def delegate_of_another_continuation(m, log, Op):
    """The clause waits for the result of the other body; its own k stays unused meanwhile."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    def outer(effect, k):
        return (yield m.Resume(k, effect.value))

    def delegating(effect, k):
        result = yield m.Delegate(Op(7), kept.pop())
        log.append("other done")
        assert not k.used
        return "clause", result

    @m.do
    def other():
        return "other", (yield Op())

    @m.do
    def own():
        try:
            yield Op()
        finally:
            log.append("own closed")

    yield m.WithHandler(storing, other())
    return (yield m.with_handlers([delegating, outer], own()))


@program(
    rule=16,
    answer="went on",
    log=[
        "Delegate needs an effect (an EffectBase instance), got 3 of type 'int'",
        "Pass needs an effect (an EffectBase instance), got 'x' of type 'str'",
        "Delegate needs a continuation, got 3 of type 'int'",
        "Pass needs a continuation, got 3 of type 'int'",
        CONSUMED,
        CONSUMED,
    ],
)
def refused_delegates_and_passes(m, log, Op):
    """The clause goes on with the error, its k unused."""
    spent = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())
    spent.close()

    def outer(effect, k):
        log.append("must not be called")
        yield

    def inner(effect, k):
        for primitive in (
            m.Delegate(3),
            m.Pass("x"),
            m.Delegate(None, 3),
            m.Pass(effect, 3),
            m.Delegate(effect, spent),
            m.Pass(effect, spent),
        ):
            try:
                yield primitive
            except (TypeError, m.ContinuationConsumed) as error:
                log.append(str(error))
        return (yield m.Resume(k, "went on"))

    return (yield m.with_handlers([inner, outer], Op()))


@program(rule=16, answer=["third", ["second", ["first", "body"]]], log=["first", "second", "third"])
def a_chain_of_delegating_handlers(m, log, Op):
    """Each waits for the result under its own prompt, so the innermost clause ends first."""

    def delegating(name):
        def handler(effect, k):
            log.append(name)
            return [name, (yield m.Delegate())]

        return handler

    def answering(effect, k):
        return (yield m.Resume(k, "body"))

    handlers = [delegating("first"), delegating("second"), delegating("third"), answering]
    return m.with_handlers(handlers, Op())


@program(rule=16, answer=["inner 1", "inner 2"], log=["outer 1", "outer 2"])
def the_delegating_handler_stays_installed(m, log, Op):
    """The body's next effect goes through the inner handler again."""

    def outer(effect, k):
        log.append(f"outer {effect.value}")
        return (yield m.Resume(k, f"inner {effect.value}"))

    def inner(effect, k):
        result = yield m.Delegate()
        return result

    @m.do
    def body():
        return [(yield Op(1)), (yield Op(2))]

    return m.with_handlers([inner, outer], body())


@program(rule=16, answer=("called", "outer"))
def delegate_in_a_program_that_the_clause_called(m, Op):
    """It takes the clause's effect and k; the called program waits for the body."""

    def outer(effect, k):
        return (yield m.Resume(k, effect.value))

    @m.do
    def called():
        return "called", (yield m.Delegate())

    def inner(effect, k):
        return (yield called())

    return m.with_handlers([inner, outer], Op("outer"))


@program(rule=16, answer="performer caught cleanup", log=["outer must not be called: True"])
def a_pass_whose_cleanup_raises_fails_the_operation(m, log, Op):
    """The passing is undone: the exception is the clause's, thrown at the perform site."""
    called = []

    def outer(effect, k):
        called.append(effect)
        yield

    def inner(effect, k):
        try:
            yield m.Pass()
        finally:
            raise ValueError("cleanup")

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            log.append(f"outer must not be called: {not called}")
            return f"performer caught {error}"

    return m.with_handlers([inner, outer], body())


@program(rule=16, answer=["outer", "inner", "body"])
def a_typed_outer_handler_is_found_past_others(m, Op, SubOp, Other):
    """Delegate looks for the nearest outer handler that accepts the effect."""

    def answering(effect, k):
        return ["outer", *(yield m.Resume(k, "body"))]

    def unused(effect, k):
        yield

    def inner(effect, k):
        return ["inner", (yield m.Delegate())]

    handlers = [inner, m.TypedHandler(unused, Other), m.TypedHandler(answering, Op)]
    return m.with_handlers(handlers, SubOp())


# Rule 17: the outer handler's answer as a value


@program(rule=17, answer=("body", 11), log=["outer", "inner"])
def a_clause_performs_its_effect_again_and_resumes_with_the_answer(m, log, Op):
    """The outer handler answers the clause, which changes the answer for the performer."""

    def outer(effect, k):
        log.append("outer")
        return (yield m.Resume(k, effect.value))

    def inner(effect, k):
        answer = yield effect
        log.append("inner")
        return (yield m.Resume(k, answer + 1))

    @m.do
    def body():
        return "body", (yield Op(10))

    return m.with_handlers([inner, outer], body())


@program(rule=17, answer="outer answer", log=["inner clause closed", "body closed"])
def an_outer_handler_abandons_a_clause_that_performed_again(m, log, Op):
    """The clause is the performer then; it is closed first, and its k goes with it."""

    def outer(effect, k):
        return "outer answer"
        yield

    def inner(effect, k):
        try:
            yield effect
        finally:
            log.append("inner clause closed")

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    return m.with_handlers([inner, outer], body())


@program(rule=17, answer="body got a fallback")
def an_outer_handler_fails_a_clause_that_performed_again(m, Op):
    """The exception is thrown at the clause's yield; the clause may answer otherwise."""

    def outer(effect, k):
        raise ValueError("outer")

    def inner(effect, k):
        try:
            answer = yield effect
        except ValueError:
            answer = "a fallback"
        return (yield m.Resume(k, answer))

    @m.do
    def body():
        return f"body got {(yield Op())}"

    return m.with_handlers([inner, outer], body())


@program(rule=17, answer="performer caught Op(1)")
def a_clause_that_performs_again_where_nobody_answers(m, Op):
    """UnhandledEffect is raised in the clause, and as its exception at the perform site."""

    def handler(effect, k):
        answer = yield effect
        return (yield m.Resume(k, answer))

    @m.do
    def body():
        effect = Op(1)
        try:
            yield effect
        except m.UnhandledEffect as error:
            assert error.effect is effect
            return f"performer caught {error.effect!r}"

    return m.WithHandler(handler, body())


@program(rule=17, answer=[3, 4], log=["asked once"])
def a_caching_handler(m, log, Op):
    """The answer of the outer handler is kept, so that it is asked once per value."""
    cache = {}

    def outer(effect, k):
        log.append("asked once")
        return (yield m.Resume(k, effect.value + 1))

    def caching(effect, k):
        if effect.value not in cache:
            cache[effect.value] = yield effect
        else:
            return (yield m.Resume(k, cache[effect.value] + 1))
        return (yield m.Resume(k, cache[effect.value]))

    @m.do
    def body():
        return [(yield Op(2)), (yield Op(2))]

    return m.with_handlers([caching, outer], body())
