"""Rule 14: transfers, what finishes a clause, and what is refused."""

from __future__ import annotations

from collections import deque

from .registry import CONSUMED, program


@program(rule=14, answer=("body", 1), log=["clause finished", "body goes on"])
def transfer_finishes_the_clause_first(m, log, Op):
    """Whatever surrounds the yield: the `finally` runs before k goes on."""

    def handler(effect, k):
        try:
            yield m.Transfer(k, 1)
            log.append("must not go on")
        finally:
            log.append("clause finished")

    @m.do
    def body():
        got = yield Op()
        log.append("body goes on")
        return "body", got

    return m.WithHandler(handler, body())


@program(rule=14, answer="around caught body", log=["finished"])
def an_exception_of_the_body_after_a_transfer_skips_the_clause(m, log, Op):
    """It goes where the clause's exception would have gone: out of WithHandler."""

    def handler(effect, k):
        try:
            yield m.Transfer(k)
        except ValueError:
            log.append("must not be caught here")
        finally:
            log.append("finished")

    @m.do
    def body():
        yield Op()
        raise ValueError("body")

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        return f"around caught {error}"


@program(rule=14, answer="got 1", log=["inner", "middle", "clause", "body goes on"])
def transfer_inside_a_program_that_the_clause_called(m, log, Op):
    """It ends the clause's generator and the programs it called, innermost first."""

    @m.do
    def inner(k):
        try:
            yield m.Transfer(k, 1)
        finally:
            log.append("inner")

    @m.do
    def middle(k):
        try:
            yield inner(k)
        finally:
            log.append("middle")

    def handler(effect, k):
        try:
            yield middle(k)
        finally:
            log.append("clause")

    @m.do
    def body():
        got = yield Op()
        log.append("body goes on")
        return f"got {got}"

    return m.WithHandler(handler, body())


@program(
    rule=14,
    answer=("went on", "own"),
    log=["Transfer needs a continuation, got 3 of type 'int'", CONSUMED, "body"],
)
def a_refused_transfer_and_the_clause_goes_on(m, log, Op):
    """What is refused changes nothing: k is still unused, and the clause has its frame."""
    spent = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())
    yield m.Resume(spent)

    def handler(effect, k):
        local = "own"
        try:
            yield m.Transfer(3)
        except TypeError as error:
            log.append(str(error))
        try:
            yield m.Transfer(spent)
        except m.ContinuationConsumed as error:
            log.append(str(error))
        assert not k.used
        result = yield m.Resume(k, "went on")
        return result, local

    @m.do
    def body():
        got = yield Op()
        log.append("body")
        return got

    return (yield m.WithHandler(handler, body()))


@program(rule=14, answer="went on", log=["called program goes on", "clause goes on"])
def a_refused_transfer_in_a_called_program(m, log, Op):
    """Neither the program that yields it nor its callers are finished."""

    @m.do
    def called():
        try:
            yield m.Transfer("no continuation")
        except TypeError:
            log.append("called program goes on")

    def handler(effect, k):
        yield called()
        log.append("clause goes on")
        return (yield m.Resume(k, "went on"))

    return m.WithHandler(handler, Op())


@program(
    rule=14,
    answer="performer caught cleanup",
    log=["reserved k while finishing: True", "k afterwards: False", "stored got 2"],
)
def a_transfer_whose_cleanup_raises_is_undone(m, log, Op):
    """The exception counts as the clause's, and the other continuation can still be used."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        try:
            yield m.Transfer(kept[0], 1)
        finally:
            log.append(f"reserved k while finishing: {kept[0].used}")
            raise ValueError("cleanup")

    @m.do
    def stored():
        log.append(f"stored got {(yield Op('store'))}")

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            return f"performer caught {error}"

    yield m.WithHandler(handler, stored())
    answer = yield m.WithHandler(handler, body())
    log.append(f"k afterwards: {kept[0].used}")
    yield m.Resume(kept[0], 2)
    return answer


@program(rule=14, answer="performer caught generator ignored GeneratorExit")
def a_transfer_whose_cleanup_yields(m, Op):
    """Closing is Python's: the RuntimeError counts as raised by the clause."""

    def handler(effect, k):
        try:
            yield m.Transfer(k)
        finally:
            yield m.Pure()

    @m.do
    def body():
        try:
            yield Op()
        except RuntimeError as error:
            return f"performer caught {error}"

    return m.WithHandler(handler, body())


@program(
    rule=14,
    answer="performer caught inner",
    log=["inner", "clause"],
    unraisable=[(ValueError, "clause")],
)
def of_several_exceptions_of_cleanup_the_first_counts(m, log, Op):
    """The rest is still closed; further exceptions are reported as unraisable."""

    @m.do
    def inner(k):
        try:
            yield m.Transfer(k)
        finally:
            log.append("inner")
            raise KeyError("inner")

    def handler(effect, k):
        try:
            yield inner(k)
        finally:
            log.append("clause")
            raise ValueError("clause")

    @m.do
    def body():
        try:
            yield Op()
        except KeyError as error:
            return f"performer caught {error.args[0]}"

    return m.WithHandler(handler, body())


@program(rule=14, answer="around caught cleanup", log=["body got 1"])
def a_transfer_whose_cleanup_raises_after_k_was_used(m, log, Op):
    """With its own k used, the clause's exception leaves WithHandler."""
    other = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())

    def handler(effect, k):
        try:
            yield m.Resume(k, 1)
            yield m.Transfer(other)
        finally:
            raise ValueError("cleanup")

    @m.do
    def body():
        log.append(f"body got {(yield Op())}")

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        assert not other.used
        return f"around caught {error}"


@program(
    rule=14,
    answer=["b done", "a done"],
    log=["a 0", "b 0", "a 1", "b 1", "a 2", "b 2"],
)
def a_round_robin_scheduler_by_transfers(m, log, Op, Other):
    """Transferring to another task's continuation switches tasks without growing the stack."""
    ready = deque()
    results = []

    def scheduler(effect, k):
        ready.append(k)
        yield m.Transfer(ready.popleft())

    @m.do
    def task(name):
        for n in range(3):
            log.append(f"{name} {n}")
            yield Op()
        results.insert(0, f"{name} done")
        if ready:
            yield m.Resume(ready.popleft())

    @m.do
    def starting(effect, k):
        ready.append(k)
        return "waiting"

    @m.do
    def waiting(name):
        yield Other()
        yield task(name)

    handlers = [m.TypedHandler(scheduler, Op), m.TypedHandler(starting, Other)]
    for name in "ab":
        yield m.with_handlers(handlers, waiting(name))
    yield m.Resume(ready.popleft())
    return results


@program(rule=14, answer="other got 1", log=["own closed", "other goes on"])
def a_transfer_to_another_continuation_drops_the_own_one_first(m, log, Op):
    """The clause's own k, unused and not stored, is closed before anything else runs."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        yield m.Transfer(kept.pop(), 1)

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


@program(
    rule=14,
    answer="plain code",
    log=[
        "Transfer works only in a handler's clause",
        "TransferThrow works only in a handler's clause",
        "Delegate works only in a handler's clause",
        "Pass works only in a handler's clause",
        "GetContinuation works only in a handler's clause",
    ],
)
def outside_a_clause_five_primitives_are_refused(m, log, Op):
    """The place is checked before the types: none of the arguments here would do."""
    for primitive in (
        m.Transfer(3),
        m.TransferThrow(3, 3),
        m.Delegate(3),
        m.Pass(3, 3),
        m.GetContinuation(),
    ):
        try:
            yield primitive
        except RuntimeError as error:
            log.append(str(error))
    return "plain code"


@program(rule=14, answer="still works", log=["Transfer works only in a handler's clause"] * 2)
def a_clause_ends_at_the_next_prompt(m, log, Op, Other):
    """A program under a handler that the clause installed is not the clause."""

    def unused(effect, k):
        yield

    @m.do
    def installed(k):
        try:
            yield m.Transfer(k)
        except RuntimeError as error:
            log.append(str(error))

    def handler(effect, k):
        yield m.WithHandler(unused, installed(k), effects=Other)
        try:
            yield m.WithHandler(unused, m.Transfer(k), effects=Other)
        except RuntimeError as error:
            log.append(str(error))
        return (yield m.Resume(k, "still works"))

    return m.WithHandler(handler, Op())


@program(rule=14, answer="resumed", log=["Transfer works only in a handler's clause"])
def a_resumed_body_is_not_the_clause_that_resumed_it(m, log, Op):
    """The body is plain program code, though a clause waits for it."""

    def handler(effect, k):
        result = yield m.Resume(k, k)
        return result

    @m.do
    def body():
        k = yield Op()
        try:
            yield m.Transfer(k)
        except RuntimeError as error:
            log.append(str(error))
        return "resumed"

    return m.WithHandler(handler, body())


@program(rule=14, answer="refused", log=["an int", "no exception", "used"])
def types_are_checked_before_use(m, log, Op):
    """A used continuation with a wrong error is a TypeError; alone it is ContinuationConsumed."""

    def handler(effect, k):
        spent = effect.value
        try:
            yield m.TransferThrow(3, 3)
        except TypeError as error:
            assert str(error) == "TransferThrow needs a continuation, got 3 of type 'int'"
            log.append("an int")
        try:
            yield m.TransferThrow(spent, 3)
        except TypeError as error:
            assert str(error) == (
                "TransferThrow needs an exception (a BaseException instance), got 3 of type 'int'"
            )
            log.append("no exception")
        try:
            yield m.TransferThrow(spent, ValueError())
        except m.ContinuationConsumed:
            log.append("used")
        return (yield m.Resume(k, "refused"))

    spent = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())
    spent.close()
    return (yield m.WithHandler(handler, Op(spent)))


@program(rule=14, answer=["outer clause", "outer body"], log=["inner finished"])
def a_transfer_of_the_outer_clauses_k_from_an_inner_clause(m, log, Op, Other):
    """It ends the inner clause; the body's result goes where the inner answer would have gone."""

    def inner(effect, k):
        try:
            yield m.Transfer(effect.value, "outer body")
        finally:
            log.append("inner finished")

    def outer(effect, k):
        result = yield m.WithHandler(inner, Other(k))
        return ["outer clause", result]

    return m.WithHandler(outer, Op())


@program(rule=14, answer="second got 2", log=["first got 1", "clause finished"])
def a_transfer_after_the_own_k_was_used(m, log, Op):
    """A clause may resume its own k, and then transfer to another continuation."""
    second = yield m.WithHandler(lambda effect, k: m.GetContinuation(), Op())

    def handler(effect, k):
        try:
            yield m.Resume(k, 1)
            yield m.Transfer(second, "second got 2")
        finally:
            log.append("clause finished")

    @m.do
    def first():
        log.append(f"first got {(yield Op())}")

    return (yield m.WithHandler(handler, first()))
