"""Rule 18: a continuation is used once."""

from __future__ import annotations

from .registry import CONSUMED, program


def uses(m, k):
    """Every primitive that uses `k`, by name; all of them work in a clause."""
    return {
        "Resume": m.Resume(k),
        "Transfer": m.Transfer(k),
        "ResumeThrow": m.ResumeThrow(k, ValueError()),
        "TransferThrow": m.TransferThrow(k, ValueError()),
        "ResumeContinuation": m.ResumeContinuation(k),
        "Delegate": m.Delegate(None, k),
        "Pass": m.Pass(None, k),
    }


def refused_uses(m, k, effect):
    """A program: the names of the primitives that a clause of `effect` finds refused for `k`."""
    refused = []

    def clause(effect, own):
        for name, primitive in uses(m, k).items():
            try:
                yield primitive
            except m.ContinuationConsumed as error:
                assert str(error) == CONSUMED
                refused.append(name)
        return (yield m.Resume(own, refused))

    return m.WithHandler(clause, effect)


ALL = [
    "Resume",
    "Transfer",
    "ResumeThrow",
    "TransferThrow",
    "ResumeContinuation",
    "Delegate",
    "Pass",
]


@program(rule=18, answer=ALL)
def after_a_resume_every_use_is_refused(m, Op):
    """The second use throws ContinuationConsumed into the offender, whatever it is."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return (yield m.Resume(k))

    yield m.WithHandler(handler, Op())
    assert kept[0].used
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_transfer_every_use_is_refused(m, Op):
    """Transfer uses its continuation."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        yield m.Transfer(k)

    yield m.WithHandler(handler, Op())
    assert kept[0].used
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_resume_throw_every_use_is_refused(m, Op):
    """A thrown exception uses the continuation, whether or not it comes back."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        try:
            yield m.ResumeThrow(k, ValueError())
        except ValueError:
            return k.used

    assert (yield m.WithHandler(handler, Op())) is True
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_transfer_throw_every_use_is_refused(m, Op):
    """As does one that is thrown by TransferThrow."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        yield m.TransferThrow(k, ValueError())

    try:
        yield m.WithHandler(handler, Op())
    except ValueError:
        assert kept[0].used
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_resume_continuation_every_use_is_refused(m, Op):
    """ResumeContinuation of a started one is a use like Resume."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return (yield m.ResumeContinuation(k))

    yield m.WithHandler(handler, Op())
    assert kept[0].used
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_delegate_every_use_is_refused(m, Op):
    """Delegate spends k; the outer handler has one of its own."""
    kept = []

    def inner(effect, k):
        kept.append(k)
        result = yield m.Delegate()
        return result

    def outer(effect, k):
        assert kept[0].used
        assert k is not kept[0]
        return (yield m.Resume(k))

    yield m.with_handlers([inner, outer], Op())
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_pass_every_use_is_refused(m, Op):
    """Pass spends k."""
    kept = []

    def inner(effect, k):
        kept.append(k)
        yield m.Pass()

    def outer(effect, k):
        assert kept[0].used
        return (yield m.Resume(k))

    yield m.with_handlers([inner, outer], Op())
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=ALL)
def after_a_close_every_use_is_refused(m, Op):
    """close() uses the continuation."""
    k = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())
    assert not k.used
    k.close()
    assert k.used
    return (yield refused_uses(m, k, Op()))


@program(rule=18, answer=ALL)
def after_a_failure_of_the_clause_every_use_is_refused(m, Op):
    """The exception that is thrown at the perform site uses up k."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        raise ValueError

    try:
        yield m.WithHandler(handler, Op())
    except ValueError:
        assert kept[0].used
    return (yield refused_uses(m, kept[0], Op()))


@program(rule=18, answer=("clause", "body"), log=["body ran once", "consumed", "consumed"])
def a_second_resume_changes_nothing_else(m, log, Op):
    """The body is not run again, and the offender may go on."""

    def handler(effect, k):
        result = yield m.Resume(k)
        for _ in range(2):
            try:
                yield m.Resume(k)
            except m.ContinuationConsumed:
                log.append("consumed")
        return "clause", result

    @m.do
    def body():
        yield Op()
        log.append("body ran once")
        return "body"

    return m.WithHandler(handler, body())


@program(rule=18, raises=("ContinuationConsumed", CONSUMED), log=["body ran once"])
def an_uncaught_second_resume_leaves_with_handler(m, log, Op):
    """It is an exception of a clause whose k was used."""

    def handler(effect, k):
        yield m.Resume(k)
        yield m.Resume(k)

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body ran once")

    return m.WithHandler(handler, body())


@program(rule=18, answer=["second", ["first", "switched"]], log=["stored", "resumed"])
def a_continuation_stored_in_one_dispatch_and_resumed_in_another(m, log, Op):
    """The second clause resumes the first performer; its own body is abandoned afterwards."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            log.append("stored")
            kept.append(k)
            return "stored"
        log.append("resumed")
        return ["second", (yield m.Resume(kept.pop(), "switched"))]

    @m.do
    def first():
        return ["first", (yield Op("store"))]

    yield m.WithHandler(handler, first())
    return (yield m.WithHandler(handler, Op("use")))


@program(rule=18, answer=["handled again", "own store"])
def resumed_after_its_with_handler_is_gone(m, Op):
    """The continuation takes its prompt along, and the prompt's handler its store."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield m.Resume(k, "handled again"))

    @m.do
    def body():
        yield m.Put("key", "own store")
        yield Op("store")
        return [(yield Op("again")), (yield m.Get("key"))]

    @m.do
    def scope():
        return (yield m.WithHandler(handler, m.WithHandler(m.state(), body()), effects=Op))

    assert (yield scope()) == "stored"
    return (yield m.Resume(kept.pop()))


@program(rule=18, answer=("moved", "handled at home"), log=["consumed"])
def the_first_use_may_be_on_another_vm(m, log, Op):
    """The segments move to the VM that resumes; here they are used up at home."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield m.Resume(k, effect.value))

    @m.do
    def body():
        return (yield Op("store")), (yield Op("handled at home"))

    yield m.WithHandler(handler, body())
    result = m.VM().run(m.Resume(kept[0], "moved"))
    try:
        yield m.Resume(kept[0])
    except m.ContinuationConsumed:
        log.append("consumed")
    return result


@program(
    rule=18,
    answer="still unused",
    log=[
        "Resume needs a continuation, got 3 of type 'int'",
        "Transfer needs a continuation, got 3 of type 'int'",
        "ResumeThrow needs a continuation, got 3 of type 'int'",
        "TransferThrow needs a continuation, got 3 of type 'int'",
        "ResumeContinuation needs a continuation, got 3 of type 'int'",
        "Delegate needs a continuation, got 3 of type 'int'",
        "Pass needs a continuation, got 3 of type 'int'",
    ],
)
def what_is_no_continuation_is_a_type_error(m, log, Op):
    """By every primitive; the clause's own k is not touched."""

    def handler(effect, k):
        for primitive in uses(m, 3).values():
            try:
                yield primitive
            except TypeError as error:
                log.append(str(error))
        return (yield m.Resume(k, "still unused"))

    return m.WithHandler(handler, Op())


@program(rule=18, answer="answer", log=["body closed", "closed twice", "clause ends"])
def close_ends_an_unused_continuation_at_once(m, log, Op):
    """A second close does nothing."""

    def handler(effect, k):
        assert k.close() is None
        assert k.close() is None
        log.append("closed twice")
        yield m.Pure()
        log.append("clause ends")
        return "answer"

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    return m.WithHandler(handler, body())


@program(rule=18, answer="body", log=[True, "goes on"])
def close_leaves_a_used_continuation_alone(m, log, Op):
    """The body that runs is not closed by it."""

    def handler(effect, k):
        return (yield m.Resume(k, k))

    @m.do
    def body():
        k = yield Op()
        log.append(k.used)
        k.close()
        yield m.Pure()
        log.append("goes on")
        return "body"

    return m.WithHandler(handler, body())


@program(rule=18, answer=[False, True, True])
def used_tells_of_the_use(m, Op):
    """Before, while the body runs, and after it ended."""
    seen = []

    def handler(effect, k):
        seen.append(k.used)
        yield m.Resume(k, k)
        seen.append(k.used)
        return seen

    @m.do
    def body():
        k = yield Op()
        seen.append(k.used)

    return m.WithHandler(handler, body())


@program(rule=18, answer="used by the run inside", log=[True])
def a_run_inside_a_clause_may_use_k(m, log, Op):
    """The inner run resumes the body; for the clause k is used then."""

    def handler(effect, k):
        result = m.run(m.Resume(k, "used by the run inside"))
        log.append(k.used)
        return result
        yield

    return m.WithHandler(handler, Op())
