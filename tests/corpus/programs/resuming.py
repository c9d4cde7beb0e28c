"""Resuming: what a resume gives, and resumes in tail position."""

from __future__ import annotations

from .registry import program

# Rule 12: what a resume gives


@program(rule=12, answer=("clause", ("body", "value")), log=["before", "body", "after"])
def a_resume_gives_the_result_of_the_body(m, log, Op):
    """The performer goes on with the value; when its body ends the clause goes on."""

    def handler(effect, k):
        log.append("before")
        result = yield m.Resume(k, "value")
        log.append("after")
        return "clause", result

    @m.do
    def body():
        got = yield Op()
        log.append("body")
        return "body", got

    return m.WithHandler(handler, body())


@program(rule=12, answer=[1, [2, [3, "body"]]], log=["got 1", "got 2", "got 3", 3, 2, 1])
def clauses_end_last_in_first_out(m, log, Op):
    """The clause that was activated last gets the body's result first."""

    def handler(effect, k):
        result = yield m.Resume(k, f"got {effect.value}")
        log.append(effect.value)
        return [effect.value, result]

    @m.do
    def body():
        for n in (1, 2, 3):
            log.append((yield Op(n)))
        return "body"

    return m.WithHandler(handler, body())


@program(rule=12, answer=[None, None, None])
def values_default_to_none(m, Op):
    """Resume, Transfer and ResumeContinuation deliver None unless told otherwise."""

    def handler(effect, k):
        yield effect.value(k)

    @m.do
    def body(primitive):
        return [(yield Op(primitive))]

    first = yield m.WithHandler(lambda effect, k: m.Resume(k), body(m.Resume))
    second = yield m.WithHandler(handler, body(m.Transfer))
    third = yield m.WithHandler(lambda effect, k: m.ResumeContinuation(k), body(None))
    return first + second + third


@program(rule=12, answer=10)
def state_by_functions_that_compose(m, Op, Other):
    """Answers may be functions that take the state, which is how pure state handlers work."""

    def handler(effect, k):
        if isinstance(effect, Op):
            return lambda state: m.run(m.Resume(k, state))(state)
        return lambda state: m.run(m.Resume(k))(effect.value)
        yield

    @m.do
    def body():
        first = yield Op()
        yield Other(first * 2)
        last = yield Op()
        return lambda state: last

    answer = yield m.WithHandler(handler, body())
    return answer(5)


@program(rule=12, answer="clause caught body", log=["body raised"])
def an_exception_of_the_body_comes_out_of_the_resume(m, log, Op):
    """The waiting clause gets it at its yield and may turn it into an answer."""

    def handler(effect, k):
        try:
            yield m.Resume(k)
        except ValueError as error:
            return f"clause caught {error}"

    @m.do
    def body():
        yield Op()
        log.append("body raised")
        raise ValueError("body")

    return m.WithHandler(handler, body())


@program(rule=12, answer=["outer", ["inner", "body"]], log=["inner", "outer"])
def clauses_of_two_handlers_wait_for_one_body(m, log, Op, Other):
    """The inner prompt's clause ends with the inner prompt, before the outer one's."""

    def named(name):
        def handler(effect, k):
            result = yield m.Resume(k)
            log.append(name)
            return [name, result]

        return handler

    @m.do
    def body():
        yield Other("to the outer handler first")
        yield Op()
        return "body"

    inner = m.WithHandler(named("inner"), body(), effects=Op)
    return m.WithHandler(named("outer"), inner, effects=Other)


@program(rule=12, answer=["called", 1, "body"])
def a_resume_in_a_program_that_the_clause_called(m, Op):
    """The program that yields Resume gets the result and gives it to the clause."""

    @m.do
    def resuming(k, value):
        result = yield m.Resume(k, value)
        return ["called", value, result]

    def handler(effect, k):
        return (yield resuming(k, 1))

    @m.do
    def body():
        assert (yield Op()) == 1
        return "body"

    return m.WithHandler(handler, body())


@program(rule=12, answer=(("body", "from outside"), "under the outer handler"))
def a_resume_in_plain_program_code(m, Op, Other):
    """Resume works anywhere; the body runs under its own prompt on top of the resumer's."""

    def storing(effect, k):
        return k
        yield

    def outer(effect, k):
        return (yield m.Resume(k, "under the outer handler"))

    @m.do
    def body():
        return ("body", (yield Op())), (yield Other())

    @m.do
    def resumer(k):
        return (yield m.Resume(k, "from outside"))

    k = yield m.WithHandler(storing, body(), effects=Op)
    return (yield m.WithHandler(outer, resumer(k), effects=Other))


@program(rule=12, answer=["a", "b", "c"])
def a_generator_of_values_by_suspended_bodies(m, Op):
    """Each continuation is resumed by plain code, which so pulls one value after another."""

    def stepping(effect, k):
        return effect.value, k
        yield

    @m.do
    def letters():
        for letter in "abc":
            yield Op(letter)

    @m.do
    def collect(step):
        found = []
        while step is not None:
            letter, k = step
            found.append(letter)
            step = yield m.Resume(k)
        return found

    return (yield collect((yield m.WithHandler(stepping, letters()))))


# Rule 13: resumes in tail position


@program(rule=13, answer=100_000)
def a_hundred_thousand_tail_resumes(m, Op):
    """A loop of effects whose clauses resume in tail position."""

    def handler(effect, k):
        return (yield m.Resume(k, effect.value))

    @m.do
    def body():
        total = 0
        for _ in range(100_000):
            total += yield Op(1)
        return total

    return m.WithHandler(handler, body())


@program(rule=13, answer="other got 1", log=["own closed", "other goes on"])
def a_tail_resume_of_another_continuation_drops_the_own_one_first(m, log, Op):
    """The clause is finished first, and with it goes its own unused k."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield m.Resume(kept.pop(), 1))

    @m.do
    def other():
        got = yield Op("store")
        log.append("other goes on")
        return f"other got {got}"

    @m.do
    def own():
        try:
            yield Op("switch")
        finally:
            log.append("own closed")

    yield m.WithHandler(handler, other())
    return (yield m.WithHandler(handler, own()))


@program(rule=13, answer="other got 1", log=["own closed", "other goes on"])
def a_tail_resume_by_yield_from_drops_the_own_one_first(m, log, Op):
    """`return (yield from Resume(...))` is a tail resume too."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield from m.Resume(kept.pop(), 1))

    @m.do
    def other():
        got = yield Op("store")
        log.append("other goes on")
        return f"other got {got}"

    @m.do
    def own():
        try:
            yield Op("switch")
        finally:
            log.append("own closed")

    yield m.WithHandler(handler, other())
    return (yield m.WithHandler(handler, own()))


@program(rule=13, answer=["other got 1"], log=["other goes on", "own closed"] * 3)
def resumes_that_are_not_in_tail_position_keep_the_clause(m, log, Op):
    """`r = yield ...; return r`, a `try` around the yield, and an expression around it."""
    kept = []

    def by_variable(effect, k):
        r = yield m.Resume(kept.pop(), 1)
        return r

    def by_try(effect, k):
        try:
            return (yield m.Resume(kept.pop(), 1))
        finally:
            assert log[-1] == "other goes on"

    def by_expression(effect, k):
        return [(yield m.Resume(kept.pop(), 1))]

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @m.do
    def other():
        got = yield Op("store")
        log.append("other goes on")
        return f"other got {got}"

    @m.do
    def own():
        try:
            yield Op("switch")
        finally:
            log.append("own closed")

    for handler in (by_variable, by_try, by_expression):
        yield m.WithHandler(storing, other())
        answer = yield m.WithHandler(handler, own())
    return answer


@program(rule=13, answer="around caught body")
def an_exception_after_a_tail_resume_skips_the_clause(m, Op):
    """The clause is over: what the body raises goes to the program around WithHandler."""

    def handler(effect, k):
        return (yield m.Resume(k))

    @m.do
    def body():
        yield Op()
        raise ValueError("body")

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        return f"around caught {error}"


@program(rule=13, answer="around caught other", log=["own closed"])
def an_exception_after_a_tail_resume_of_another_continuation(m, log, Op):
    """It goes where the clause's would have gone, its own k being used up: out of WithHandler."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield m.Resume(kept.pop()))

    @m.do
    def other():
        yield Op("store")
        raise ValueError("other")

    @m.do
    def own():
        try:
            yield Op("switch")
        except ValueError:
            log.append("must not reach the performer")
        finally:
            log.append("own closed")

    yield m.WithHandler(handler, other())
    try:
        yield m.WithHandler(handler, own())
    except ValueError as error:
        return f"around caught {error}"


@program(rule=13, answer="other", log=["held closed", "other goes on"])
def a_tail_resume_outside_a_clause_ends_its_frame(m, log, Op):
    """What the frame of a plain program held is dropped before the continuation goes on."""

    def storing(effect, k):
        return k
        yield

    @m.do
    def other():
        yield Op()
        log.append("other goes on")
        return "other"

    @m.do
    def held():
        try:
            yield Op()
        finally:
            log.append("held closed")

    @m.do
    def switching():
        holding = yield m.WithHandler(storing, held())
        k = yield m.WithHandler(storing, other())
        assert not holding.used
        return (yield m.Resume(k))

    return switching()


@program(rule=13, answer=("stored", "own got 2"), log=["other got 1"])
def a_tail_resume_leaves_a_stored_own_continuation_unused(m, log, Op):
    """Finishing the clause drops only its reference to k."""
    kept = {}

    def handler(effect, k):
        kept[effect.value] = k
        if effect.value == "other":
            return "stored"
        return (yield m.Resume(kept["other"], 1))

    @m.do
    def other():
        log.append(f"other got {(yield Op('other'))}")
        return "stored"

    @m.do
    def own():
        return f"own got {(yield Op('own'))}"

    yield m.WithHandler(handler, other())
    answer = yield m.WithHandler(handler, own())
    return answer, (yield m.Resume(kept["own"], 2))
