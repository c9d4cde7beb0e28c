"""Rule 3: tail calls."""

from __future__ import annotations

from .registry import program


@program(rule=3, answer=("odd", 100_001))
def tail_calls_recur_mutually_a_hundred_thousand_deep(m):
    """Two programs tail-call each other, and no frame stays behind."""

    @m.do
    def even(n, steps):
        if n == 0:
            return "even", steps
        yield m.TailCall(odd(n - 1, steps + 1))

    @m.do
    def odd(n, steps):
        if n == 0:
            return "odd", steps
        yield m.TailCall(even(n - 1, steps + 1))

    return even(100_001, 0)


@program(rule=3, answer=["caller", "tail"], log=["cleanup", "tail"])
def a_tail_call_ends_the_generator_that_yields_it(m, log):
    """The generator is closed first; the result goes to its caller."""

    @m.do
    def tail():
        log.append("tail")
        return "tail"
        yield

    @m.do
    def first():
        try:
            yield m.TailCall(tail())
            log.append("must not go on")
        finally:
            log.append("cleanup")

    @m.do
    def caller():
        return ["caller", (yield first())]

    return caller()


@program(
    rule=3,
    answer="went on",
    log=[
        "3 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()"
    ],
)
def a_tail_call_of_no_program_is_refused_and_the_generator_goes_on(m, log):
    """The check comes at the yield, before anything is finished."""
    try:
        yield m.TailCall(3)
    except TypeError as error:
        log.append(str(error))
    return "went on"


@program(rule=3, answer="caught by the caller: cleanup", log=["caller"])
def a_tail_call_whose_cleanup_raises_does_not_run_the_program(m, log):
    """The exception is raised as by the generator that was ended."""

    @m.do
    def never():
        log.append("must not run")

    @m.do
    def failing():
        try:
            yield m.TailCall(never())
        finally:
            raise ValueError("cleanup")

    try:
        yield failing()
    except ValueError as error:
        log.append("caller")
        return f"caught by the caller: {error}"


@program(rule=3, raises=(RuntimeError, "generator ignored GeneratorExit"))
def a_tail_call_whose_cleanup_yields(m, log):
    """Closing is Python's: a yield in the cleanup is its RuntimeError."""

    @m.do
    def never():
        log.append("must not run")

    try:
        yield m.TailCall(never())
    finally:
        yield m.Pure()


@program(rule=3, answer="caller", log=["first ended"])
def an_error_of_the_start_of_a_tail_called_program_goes_to_the_caller(m, log):
    """Wrong arguments show when the program starts; the generator is over by then."""

    @m.do
    def none():
        return "never"

    @m.do
    def first():
        try:
            yield m.TailCall(none(1, 2))
        except TypeError:
            log.append("must not be caught here")
        finally:
            log.append("first ended")

    try:
        yield first()
    except TypeError:
        return "caller"


@program(rule=3, answer=["clause", "body got 1"], log=["clause ended", "rest"])
def a_tail_call_in_a_clause_keeps_its_k(m, log, Op):
    """The tail-called program is the clause from then on."""

    @m.do
    def rest(k):
        log.append("rest")
        assert (yield m.GetContinuation()) is k
        result = yield m.Resume(k, 1)
        return ["clause", result]

    def handler(effect, k):
        try:
            yield m.TailCall(rest(k))
        finally:
            log.append("clause ended")

    @m.do
    def body():
        return f"body got {(yield Op())}"

    return m.WithHandler(handler, body())


@program(rule=3, answer="body got transferred")
def transfer_in_a_program_that_a_clause_tail_called(m, Op):
    """It is still the clause, so Transfer, Pass and Delegate work there."""

    @m.do
    def rest(k):
        yield m.Transfer(k, "transferred")

    def handler(effect, k):
        yield m.TailCall(rest(k))

    @m.do
    def body():
        return f"body got {(yield Op())}"

    return m.WithHandler(handler, body())


@program(rule=3, answer="performer: failed")
def a_tail_called_program_that_fails_before_k_is_used_fails_the_operation(m, Op):
    """The exception is the clause's: it is thrown at the perform site."""

    @m.do
    def failing():
        yield m.Pure()
        raise ValueError("failed")

    def handler(effect, k):
        yield m.TailCall(failing())

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            return f"performer: {error}"

    return m.WithHandler(handler, body())


@program(rule=3, answer=["answer"], log=["body closed"])
def a_tail_called_program_that_returns_without_k_abandons_it(m, log, Op):
    """Its result is the clause's and so the answer."""

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    def handler(effect, k):
        return m.TailCall(m.Pure(["answer"]))

    return m.WithHandler(handler, body())


@program(rule=3, answer=("handled", 5), log=["closed"])
def a_tail_call_of_an_effect_performs_it_in_the_place_of_the_generator(m, log, Op):
    """The generator is gone when the handler is called; the answer goes to its caller."""

    def handler(effect, k):
        assert log == ["closed"]
        return (yield m.Resume(k, ("handled", effect.value)))

    @m.do
    def body():
        try:
            yield m.TailCall(Op(5))
        finally:
            log.append("closed")

    return m.WithHandler(handler, body())


@program(rule=3, answer="after", log=["inner ended"])
def a_tail_call_ends_only_the_generator_that_yields_it(m, log):
    """Its callers wait for the result as before, `try` blocks around their yields included."""

    @m.do
    def inner():
        try:
            yield from m.TailCall(m.Pure("after"))
        finally:
            log.append("inner ended")

    try:
        result = yield inner()
    except GeneratorExit:
        log.append("must not be closed")
        raise
    return result


@program(rule=3, answer="caught outside: raised in the tail")
def a_try_around_a_tail_call_does_not_hold_the_program(m):
    """The `try` is over before the program starts."""

    @m.do
    def failing():
        yield m.Pure()
        raise ValueError("raised in the tail")

    @m.do
    def first():
        try:
            yield m.TailCall(failing())
        except ValueError:
            return "must not be caught"

    try:
        return (yield first())
    except ValueError as error:
        return f"caught outside: {error}"


@program(rule=3, answer=1_000)
def a_tail_call_of_a_prompt_ends_at_the_prompt(m, Op):
    """Tail-calling WithHandler runs the body under the handler; a loop of them nests."""

    def handler(effect, k):
        return (yield m.Resume(k, effect.value))

    @m.do
    def loop(n):
        if n == 1_000:
            return (yield Op(n))
        yield m.TailCall(m.WithHandler(handler, loop(n + 1)))

    return loop(0)


@program(rule=3, answer=["caller", "tail"], log=["helper closed", "generator closed"])
def a_tail_call_in_a_plain_sub_generator_ends_the_whole_generator(m, log):
    """What `yield from` drives is part of the generator that the machine runs."""

    def helper():
        try:
            yield m.TailCall(m.Pure("tail"))
        finally:
            log.append("helper closed")

    @m.do
    def first():
        try:
            yield from helper()
        finally:
            log.append("generator closed")

    return ["caller", (yield first())]


@program(rule=3, answer="tail", log=["swallowed"])
def the_cleanup_of_a_tail_call_may_return_a_value(m, log):
    """The generator is over all the same; the value is nobody's."""

    @m.do
    def first():
        try:
            yield m.TailCall(m.Pure("tail"))
        except GeneratorExit:
            log.append("swallowed")
        return "lost"

    return first()


@program(rule=3, answer=["tail", "handled"])
def a_tail_call_in_an_except_block(m, Op):
    """The exception that was handled is over; the program starts without it."""

    def handler(effect, k):
        return (yield m.Resume(k, "handled"))

    @m.do
    def tail():
        try:
            raise  # noqa: PLE0704
        except RuntimeError:
            return ["tail", (yield Op())]

    @m.do
    def first():
        try:
            raise ValueError
        except ValueError:
            yield m.TailCall(tail())

    return m.WithHandler(handler, first())


@program(rule=3, answer="other got 1", log=["own closed", "other goes on"])
def a_tail_call_of_a_transfer_drops_the_own_k(m, log, Op):
    """The clause is over with the Transfer, and with it its own unused k."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    def handler(effect, k):
        del k
        yield m.TailCall(m.Transfer(kept.pop(), 1))

    @m.do
    def other():
        got = yield Op()
        log.append("other goes on")
        return f"other got {got}"

    @m.do
    def own():
        try:
            yield Op()
        finally:
            log.append("own closed")

    yield m.WithHandler(storing, other())
    return (yield m.WithHandler(handler, own()))


@program(rule=3, answer=[("Ok", "tail"), ("Err", "failed"), ("Ok", ["handled"])])
def a_tail_call_that_no_generator_yields_is_its_program(m, Op):
    """Under Safe or a prompt there is no generator to end; those stay in place."""

    def handler(effect, k):
        return [(yield m.Resume(k, "handled"))]

    @m.do
    def failing():
        yield m.Pure()
        raise ValueError("failed")

    first = yield m.Safe(m.TailCall(m.Pure("tail")))
    second = yield m.Safe(m.TailCall(failing()))
    third = yield m.Safe(m.WithHandler(handler, m.TailCall(Op())))
    return [
        (type(first).__name__, first.value),
        (type(second).__name__, str(second.error)),
        (type(third).__name__, third.value),
    ]
