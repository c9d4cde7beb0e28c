"""Clauses: what a handler call may return, and clauses that end without a resume."""

from __future__ import annotations

from .registry import CONSUMED, program

# Rule 8: what a handler call may return


@program(rule=8, answer=["pure", "call", "generator", "performed"], log=["closed"] * 4)
def a_handler_call_may_return_a_program(m, log, Op, Other):
    """It is run in the clause; its result is the answer, and k is abandoned."""

    def outer(effect, k):
        return (yield m.Resume(k, effect.value))

    @m.do
    def call():
        return "call"
        yield

    def steps():
        return "generator"
        yield

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("closed")

    answers = []
    for returned in (m.Pure("pure"), call(), steps(), Other("performed")):

        def handler(effect, k, returned=returned):
            return returned

        inner = m.WithHandler(handler, body(), effects=Op)
        answers.append((yield m.WithHandler(outer, inner, effects=Other)))
    return answers


@program(rule=8, answer=["resumed", "transferred", "caught thrown", "caught transferred", "new"])
def a_handler_call_may_return_a_primitive_that_uses_k(m, Op):
    """It is executed as the clause's tail."""

    @m.do
    def body():
        try:
            return (yield Op())
        except ValueError as error:
            return f"caught {error}"

    answers = []
    for make in (
        lambda k: m.Resume(k, "resumed"),
        lambda k: m.Transfer(k, "transferred"),
        lambda k: m.ResumeThrow(k, ValueError("thrown")),
        lambda k: m.TransferThrow(k, ValueError("transferred")),
        lambda k: m.ResumeContinuation(k, "new"),
    ):

        def handler(effect, k, make=make):
            return make(k)

        answers.append((yield m.WithHandler(handler, body())))
    return answers


@program(rule=8, answer=[("outer", 1), ("outer", 2)], log=["body goes on", "body goes on"])
def a_handler_call_that_returns_delegate_passes(m, log, Op):
    """A returned Delegate has no clause left to wait in, so it is a Pass."""

    def outer(effect, k):
        return (yield m.Resume(k, ("outer", effect.value)))

    @m.do
    def body(n):
        got = yield Op(n)
        log.append("body goes on")
        return got

    def passing(effect, k):
        return m.Pass()

    def delegating(effect, k):
        return m.Delegate()

    answers = []
    for n, handler in enumerate((passing, delegating), 1):
        answers.append((yield m.with_handlers([handler, outer], body(n))))
    return answers


@program(rule=8, answer=("Continuation", False, "resumed later"))
def a_handler_call_that_returns_get_continuation(m, Op):
    """The answer is k itself, unused, which somebody may use later."""

    def handler(effect, k):
        return m.GetContinuation()

    k = yield m.WithHandler(handler, Op())
    return type(k).__name__, k.used, (yield m.Resume(k, "resumed later"))


@program(rule=8, answer=(True, "Continuation", ("safe", 1), "tail"))
def a_handler_call_may_return_the_other_primitives(m, Op):
    """GetHandlers, CreateContinuation, Safe and TailCall run in the clause like programs."""

    def listing(effect, k):
        return m.GetHandlers()

    def creating(effect, k):
        return m.CreateContinuation(m.Pure())

    def safe(effect, k):
        return m.Safe(m.Pure(1))

    def tail(effect, k):
        return m.TailCall(m.Pure("tail"))

    listed = yield m.WithHandler(listing, Op())
    created = yield m.WithHandler(creating, Op())
    ok = yield m.WithHandler(safe, Op())
    assert type(ok) is m.Ok
    last = yield m.WithHandler(tail, Op())
    return listed == [listing], type(created).__name__, ("safe", ok.value), last


@program(
    rule=8,
    answer="went on",
    log=[
        "handler {here}.number returned 3 of type 'int' for effect Op(1); "
        "expected a generator, a program or a control primitive such as Resume(k, value)",
        "handler {here}.nothing returned None of type 'NoneType' for effect Op(2); "
        "expected a generator, a program or a control primitive such as Resume(k, value)",
    ],
)
def a_handler_call_that_returns_something_else(m, log, Op):
    """The TypeError is raised as by the clause: at the perform site."""

    def number(effect, k):
        return 3

    def nothing(effect, k):
        pass

    @m.do
    def body(effect):
        try:
            yield effect
        except TypeError as error:
            log.append(str(error))
        return "went on"

    yield m.WithHandler(number, body(Op(1)))
    return (yield m.WithHandler(nothing, body(Op(2))))


@program(
    rule=8,
    answer="done",
    log=[
        "the clause of {here}.clause returned Resume(...) without performing it; "
        "write 'return (yield Resume(k, value))'",
        "the clause of {here}.clause returned Transfer(...) without performing it; "
        "write 'return (yield Transfer(k, value))'",
        "the clause of {here}.clause returned ResumeThrow(...) without performing it; "
        "write 'return (yield ResumeThrow(k, error))'",
        "the clause of {here}.clause returned TransferThrow(...) without performing it; "
        "write 'return (yield TransferThrow(k, error))'",
        "the clause of {here}.clause returned ResumeContinuation(...) without performing it; "
        "write 'return (yield ResumeContinuation(k, value))'",
        "the clause of {here}.clause returned Delegate(...) without performing it; "
        "write 'return (yield Delegate(effect, k))'",
        "the clause of {here}.clause returned Pass(...) without performing it; "
        "write 'return (yield Pass(effect, k))'",
    ],
)
def a_clause_that_forgot_to_yield_its_primitive(m, log, Op):
    """A generator clause whose result would use a continuation fails the operation."""

    def clause(effect, k):
        return effect.value(k)
        yield

    @m.do
    def body(make):
        try:
            yield Op(make)
        except TypeError as error:
            log.append(str(error))

    for make in (
        m.Resume,
        m.Transfer,
        lambda k: m.ResumeThrow(k, ValueError()),
        lambda k: m.TransferThrow(k, ValueError()),
        m.ResumeContinuation,
        lambda k: m.Delegate(),
        lambda k: m.Pass(),
    ):
        yield m.WithHandler(clause, body(make))
    return "done"


@program(
    rule=8,
    raises=(
        TypeError,
        "the clause of {here}.clause returned Resume(...) without performing it; "
        "write 'return (yield Resume(k, value))'",
    ),
)
def a_clause_that_used_k_and_then_returns_a_primitive(m, log, Op):
    """Once k was used the TypeError leaves the prompt."""

    def clause(effect, k):
        yield m.Resume(k)
        return m.Resume(k)

    @m.do
    def body():
        try:
            yield Op()
        except TypeError:
            log.append("must not be thrown at the perform site")

    return m.WithHandler(clause, body())


@program(rule=8, answer=["Pure", "WithHandler", "GetHandlers"])
def a_clause_may_return_a_program_as_a_value(m, Op):
    """Only primitives that would use a continuation are refused as results."""
    answers = []
    for value in (m.Pure(1), m.WithHandler(print, m.Pure()), m.GetHandlers()):

        def clause(effect, k, value=value):
            return value
            yield

        answers.append(type((yield m.WithHandler(clause, Op()))).__name__)
    return answers


@program(
    rule=8,
    answer="generator '{here}.steps' has already started; the machine needs a new one",
)
def a_handler_call_that_returns_a_started_generator(m, Op):
    """The TypeError is thrown at the perform site."""

    def steps():
        yield m.Pure()

    def handler(effect, k):
        generator = steps()
        next(generator)
        return generator

    @m.do
    def body():
        try:
            yield Op()
        except TypeError as error:
            return str(error)

    return m.WithHandler(handler, body())


# Rule 11: abandoning and failing


@program(rule=11, answer=["around", "answer"], log=["body closed", "answer arrived"])
def a_clause_that_returns_without_k_abandons_it(m, log, Op):
    """Its value is the answer, and the body is closed before the answer arrives."""

    def handler(effect, k):
        return "answer"
        yield

    @m.do
    def body():
        try:
            yield Op()
            log.append("must not go on")
        finally:
            log.append("body closed")

    answer = yield m.WithHandler(handler, body())
    log.append("answer arrived")
    return ["around", answer]


@program(rule=11, answer="performer caught clause", log=["clause"])
def an_exception_in_a_clause_before_k_is_used(m, log, Op):
    """To the performer a failing handler is a failing operation, which it may catch."""

    def handler(effect, k):
        log.append("clause")
        yield m.Pure()
        raise ValueError("clause")

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            return f"performer caught {error}"

    return m.WithHandler(handler, body())


@program(rule=11, answer=["performer caught call", "handled"])
def a_handler_call_that_raises(m, Op):
    """As does a clause: the exception is thrown at the perform site, and the handler stays."""

    def handler(effect, k):
        if effect.value is None:
            raise ValueError("call")
        return m.Resume(k, effect.value)

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            first = f"performer caught {error}"
        return [first, (yield Op("handled"))]

    return m.WithHandler(handler, body())


@program(rule=11, answer="around caught after the resume", log=["body ended with 1"])
def an_exception_in_a_clause_after_the_resume(m, log, Op):
    """It leaves WithHandler into the surrounding program; the body is over."""

    def handler(effect, k):
        result = yield m.Resume(k, 1)
        log.append(result)
        raise ValueError("after the resume")

    @m.do
    def body():
        try:
            got = yield Op()
        except ValueError:
            log.append("must not reach the performer")
        return f"body ended with {got}"

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        return f"around caught {error}"


@program(rule=11, raises=(ValueError, "after closing"), log=["body closed"])
def an_exception_in_a_clause_that_closed_k(m, log, Op):
    """close() uses k, so the exception leaves WithHandler."""

    def handler(effect, k):
        k.close()
        raise ValueError("after closing")
        yield

    @m.do
    def body():
        try:
            yield Op()
        except ValueError:
            log.append("must not reach the performer")
        finally:
            log.append("body closed")

    return m.WithHandler(handler, body())


@program(rule=11, answer=("performer", True), log=[CONSUMED])
def a_failing_clause_uses_up_its_k(m, log, Op):
    """A stored k cannot be used after its clause failed."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        raise ValueError

    @m.do
    def body():
        try:
            yield Op()
        except ValueError:
            return "performer"

    answer = yield m.WithHandler(handler, body())
    try:
        yield m.Resume(kept[0])
    except m.ContinuationConsumed as error:
        log.append(str(error))
    return answer, kept[0].used


@program(rule=11, answer=("stored", "resumed", 1), log=["stored", "body goes on"])
def a_stored_k_is_not_closed_when_its_clause_returns(m, log, Op):
    """It is abandoned only when its last reference goes; until then it may be used."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    @m.do
    def body():
        got = yield Op()
        log.append("body goes on")
        return got

    answer = yield m.WithHandler(handler, body())
    log.append(answer)
    return answer, "resumed", (yield m.Resume(kept.pop(), 1))


@program(
    rule=11,
    answer="outer answer",
    log=["body closed", "between closed", "answered"],
)
def an_outer_handler_abandons_everything_inside_its_prompt(m, log, Op, Other):
    """Programs and handlers between the perform site and the prompt are skipped and closed."""

    def outer(effect, k):
        return "outer answer"
        yield

    def inner(effect, k):
        log.append("must not be called")
        yield

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    @m.do
    def between():
        try:
            yield m.WithHandler(inner, body(), effects=Other)
            log.append("must not go on")
        finally:
            log.append("between closed")

    answer = yield m.WithHandler(outer, between())
    log.append("answered")
    return answer


@program(rule=11, answer="outer answer", log=["body closed", "inner clause closed"])
def an_outer_handler_abandons_a_waiting_clause(m, log, Op, Other):
    """A clause that waits for its resume lies inside the outer prompt, so it is closed too."""

    def outer(effect, k):
        return "outer answer"
        yield

    def inner(effect, k):
        try:
            yield m.Resume(k)
            log.append("must not go on")
        finally:
            log.append("inner clause closed")

    @m.do
    def body():
        try:
            yield Op()
            yield Other()
        finally:
            log.append("body closed")

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=Op))
