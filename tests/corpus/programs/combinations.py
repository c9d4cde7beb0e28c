"""Programs in which several rules meet."""

from __future__ import annotations

from .registry import program

# Delegates, resumes and transfers among two handlers


@program(rule=16, answer=["inner", "body got 1"], log=["outer finished", "inner goes on"])
def the_outer_handler_transfers_to_a_delegated_continuation(m, log, Op):
    """The waiting clause gets the body's result, and its answer is the outer body's result."""

    def outer(effect, k):
        try:
            yield m.Transfer(k, 1)
        finally:
            log.append("outer finished")

    def inner(effect, k):
        result = yield m.Delegate()
        log.append("inner goes on")
        return ["inner", result]

    @m.do
    def body():
        return f"body got {(yield Op())}"

    return m.with_handlers([inner, outer], body())


@program(rule=16, answer=["outer", "inner caught thrown"], log=["body closed"])
def a_thrown_exception_comes_out_of_a_waiting_delegate(m, log, Op):
    """What the performer does not catch goes to the clause that delegated."""

    def outer(effect, k):
        return ["outer", (yield m.ResumeThrow(k, ValueError("thrown")))]

    def inner(effect, k):
        try:
            yield m.Delegate()
        except ValueError as error:
            return f"inner caught {error}"

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    return m.with_handlers([inner, outer], body())


@program(
    rule=16, answer=["outer 1", ["outer 2", "inner saw body"]], log=["inner", "outer", "outer"]
)
def a_clause_performs_after_its_delegate(m, log, Op):
    """Once the body is over the clause may ask the outer handler for itself."""

    def outer(effect, k):
        log.append("outer")
        return [f"outer {effect.value}", (yield m.Resume(k, "body"))]

    def inner(effect, k):
        log.append("inner")
        result = yield m.Delegate()
        again = yield Op(2)
        assert again == "body"
        return f"inner saw {result}"

    # The outer clause for 1 waits for the outer body, in which the inner clause performs 2.
    return m.with_handlers([inner, outer], Op(1))


@program(rule=13, answer="other got 1", log=["other goes on", "own closed"] * 2)
def only_resume_has_a_tail_position(m, log, Op):
    """`return (yield ...)` of ResumeContinuation and Delegate keep the clause, and its own k."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    def outer(effect, k):
        return m.Resume(k, 1)

    def continuing(effect, k):
        return (yield m.ResumeContinuation(kept.pop(), 1))

    def delegating(effect, k):
        return (yield m.Delegate(effect, kept.pop()))

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

    for handler in (continuing, delegating):
        yield m.WithHandler(storing, other())
        answer = yield m.with_handlers([handler, outer], own())
    return answer


@program(rule=13, answer="new", log=["own closed", "new starts"])
def a_tail_resume_of_an_unstarted_continuation(m, log, Op):
    """The clause is finished first, its own unused k dropped with it."""

    @m.do
    def new():
        log.append("new starts")
        return "new"
        yield

    unstarted = yield m.CreateContinuation(new())

    def handler(effect, k):
        return (yield m.Resume(unstarted))

    @m.do
    def own():
        try:
            yield Op()
        finally:
            log.append("own closed")

    return (yield m.WithHandler(handler, own()))


@program(rule=11, answer=("outer answer", "stored goes on with 1"), log=["clause closed"])
def a_stored_k_survives_the_end_of_its_clause_from_outside(m, log, Op, Other):
    """The outer handler abandons the clause; the k that the clause stored is not part of it."""
    kept = []

    def outer(effect, k):
        return "outer answer"
        yield

    def inner(effect, k):
        kept.append(k)
        try:
            yield Other()
        finally:
            log.append("clause closed")

    @m.do
    def body():
        return f"stored goes on with {(yield Op())}"

    answer = yield m.WithHandler(outer, m.WithHandler(inner, body(), effects=Op), effects=Other)
    return answer, (yield m.Resume(kept.pop(), 1))


@program(rule=12, answer=["ping 0", "pong 1", "ping 2", "pong 3", "done"])
def two_bodies_resume_each_other(m, Op):
    """Each hands its continuation over, so that they run in turns."""
    said = []

    def handing_over(effect, k):
        return effect.value, k
        yield

    @m.do
    def player(name):
        while True:
            n = yield Op(None)
            said.append(f"{name} {n}")

    @m.do
    def referee():
        _, ping = yield m.WithHandler(handing_over, player("ping"))
        _, pong = yield m.WithHandler(handing_over, player("pong"))
        for n in range(4):
            _, ping = yield m.Resume(ping, n)
            ping, pong = pong, ping
        return [*said, "done"]

    return referee()


# Tail calls and Safe in clauses


@program(rule=3, answer=["resumed", "transferred", "outer", "outer", "later"])
def tail_calls_of_primitives_in_a_clause(m, Op):
    """The primitive runs in the place of the clause's generator, with the clause's k."""

    def outer(effect, k):
        return (yield m.Resume(k, "outer"))

    answers = []
    for make in (
        lambda k: m.Resume(k, "resumed"),
        lambda k: m.Transfer(k, "transferred"),
        lambda k: m.Pass(),
        lambda k: m.Delegate(),
        lambda k: m.GetContinuation(),
    ):

        def handler(effect, k, make=make):
            yield m.TailCall(make(k))

        answers.append((yield m.with_handlers([handler, outer], Op())))
    answers[-1] = yield m.Resume(answers[-1], "later")
    return answers


@program(rule=3, answer="around caught late", log=["body ended"])
def a_tail_call_in_a_clause_after_k_was_used(m, log, Op):
    """An exception of the tail-called program leaves WithHandler, as the clause's would."""

    @m.do
    def failing():
        yield m.Pure()
        raise ValueError("late")

    def handler(effect, k):
        yield m.Resume(k)
        yield m.TailCall(failing())

    @m.do
    def body():
        try:
            yield Op()
        except ValueError:
            log.append("must not reach the performer")
        log.append("body ended")

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        return f"around caught {error}"


@program(rule=14, answer="got 1", log=["called", "clause", "body goes on"])
def a_transfer_inside_a_safe_ends_the_safe_too(m, log, Op):
    """Safe is no prompt: what it runs in a clause is the clause, and ends with it."""

    @m.do
    def called(k):
        try:
            yield m.Transfer(k, 1)
        finally:
            log.append("called")

    def handler(effect, k):
        try:
            yield m.Safe(called(k))
            log.append("must not go on")
        finally:
            log.append("clause")

    @m.do
    def body():
        got = yield Op()
        log.append("body goes on")
        return f"got {got}"

    return m.WithHandler(handler, body())


@program(rule=14, answer="went on", log=["Transfer needs a continuation, got 3 of type 'int'"])
def a_refused_transfer_inside_a_safe(m, log, Op):
    """The error is the program's, and so an Err."""

    def handler(effect, k):
        result = yield m.Safe(m.Transfer(3))
        log.append(str(result.error))
        return (yield m.Resume(k, "went on"))

    return m.WithHandler(handler, Op())


@program(
    rule=14,
    answer="went on",
    log=[
        "Transfer works only in a handler's clause",
        "GetContinuation works only in a handler's clause",
    ],
)
def a_local_or_listen_in_a_clause_is_a_prompt(m, log, Op):
    """What runs inside is not the clause."""

    def handler(effect, k):
        try:
            yield m.Local({}, m.Transfer(k))
        except RuntimeError as error:
            log.append(str(error))
        try:
            yield m.Listen(m.GetContinuation())
        except RuntimeError as error:
            log.append(str(error))
        return (yield m.Resume(k, "went on"))

    handlers = [m.TypedHandler(handler, Op), m.reader({}), m.writer()]
    return m.with_handlers(handlers, Op())


@program(rule=28, answer=(["bound for the body", "told"], ["told"]), told=["told"])
def a_clause_resumes_inside_local_and_listen(m, wr, Op):
    """The nested reader and writer are around the body then, outside of its own prompt."""

    def handler(effect, k):
        resuming = m.Resume(k, "told")
        return (yield m.Listen(m.Local({"a": "bound for the body"}, resuming)))

    @m.do
    def body():
        entry = yield Op()
        yield m.Tell(entry)
        return [(yield m.Ask("a")), entry]

    handlers = [m.TypedHandler(handler, Op), m.reader({"a": "outer"}), wr]
    return m.with_handlers(handlers, body())


# Effects, prompts and runs


@program(rule=6, answer=[1, 2])
def one_effect_object_may_be_performed_twice(m, Op):
    """Each performing is a dispatch of its own."""
    count = iter((1, 2))

    def handler(effect, k):
        return (yield m.Resume(k, next(count)))

    effect = Op()

    @m.do
    def body():
        return [(yield effect), (yield effect)]

    return m.WithHandler(handler, body())


@program(rule=6, answer=["again", "again", "value"])
def one_handler_may_be_installed_twice(m, Op):
    """Its outer prompt answers what its inner clause performs."""

    def handler(effect, k):
        if effect.value:
            answer = yield Op(effect.value - 1)
            return (yield m.Resume(k, ["again", *answer]))
        return (yield m.Resume(k, ["value"]))

    return m.with_handlers([handler, handler, handler], Op(2))


@program(rule=10, answer=["inside a run of its own", "handled"])
def a_run_inside_a_run_sees_none_of_the_outer_handlers(m, Op):
    """Runs are independent: the inner effect is unhandled, the outer handlers stay."""

    def handler(effect, k):
        return (yield m.Resume(k, "handled"))

    @m.do
    def body():
        try:
            m.run(Op())
        except m.UnhandledEffect:
            return ["inside a run of its own", (yield Op())]

    return m.WithHandler(handler, body())


@program(rule=11, answer="answer of the run")
def a_handler_that_run_installs_may_abandon(m, Op):
    """Its answer is the result of the run."""

    def handler(effect, k):
        return "answer of the run"
        yield

    @m.do
    def body():
        yield Op()
        return "must not return"

    return m.Pure(m.run(body(), handlers=[handler]))


@program(rule=7, answer=["performer", "again"], log=["clause of first", "clause of again"])
def a_failing_operation_is_over_when_the_performer_performs_again(m, log, Op):
    """After the failure the same handler gets the next effect, not an outer one."""

    def handler(effect, k):
        log.append(f"clause of {effect.value}")
        if effect.value == "first":
            raise ValueError
        return (yield m.Resume(k, effect.value))

    def outer(effect, k):
        log.append("must not be called")
        yield

    @m.do
    def body():
        try:
            yield Op("first")
        except ValueError:
            return ["performer", (yield Op("again"))]

    return m.with_handlers([handler, outer], body())


@program(rule=22, answer="answer", log=["inner state: kept", "closed"], state={"a": "kept"})
def the_cleanup_of_an_abandoned_program_can_read_a_store(m, log, st, Op):
    """Python-visible stores need no effect."""

    def abandoning(effect, k):
        return "answer"
        yield

    @m.do
    def body():
        yield m.Put("a", "kept")
        try:
            yield Op()
        finally:
            log.append(f"inner state: {st.items()['a']}")

    answer = yield m.with_handlers([st, m.TypedHandler(abandoning, Op)], body())
    log.append("closed")
    return answer


@program(rule=18, answer=["inner run", "consumed"], log=["body closed"])
def a_k_that_is_abandoned_by_an_inner_run_is_used(m, log, Op, Other):
    """The run inside the clause took it, whatever came of it there."""

    def abandoning(effect, k):
        return "inner run"
        yield

    def handler(effect, k):
        found = [m.run(m.Resume(k), handlers=[abandoning])]
        try:
            yield m.Resume(k)
        except m.ContinuationConsumed:
            return [*found, "consumed"]

    @m.do
    def body():
        try:
            yield Op()
            yield Other()
        finally:
            log.append("body closed")

    return m.WithHandler(handler, body(), effects=Op)


@program(rule=21, answer=["inner", "outer"], log=["cleanup handled by outer"])
def an_effect_of_a_cleanup_after_a_prompt_was_left(m, log, Op):
    """A `finally` around a WithHandler performs under the handlers that are left."""

    def named(name):
        def handler(effect, k):
            return (yield m.Resume(k, name))

        return handler

    @m.do
    def failing():
        raise KeyError((yield Op()))

    @m.do
    def body():
        try:
            yield m.WithHandler(named("inner"), failing())
        except KeyError as error:
            inner = error.args[0]
            return [inner, (yield Op())]
        finally:
            log.append(f"cleanup handled by {(yield Op())}")

    return m.WithHandler(named("outer"), body())


@program(rule=20, answer="other", log=["dropped"])
def an_abandoned_unstarted_continuation_never_starts(m, log, Op):
    """Dropping it closes nothing, as nothing has begun."""

    @m.do
    def never():
        log.append("must not start")
        yield m.Pure()

    k = yield m.CreateContinuation(never())
    del k
    log.append("dropped")
    other = yield m.CreateContinuation(m.Pure("other"))
    return (yield m.ResumeContinuation(other))


@program(rule=19, answer=[["inner", "outer"], ["inner", "outer"], ["outer"]])
def get_handlers_through_a_delegate(m, Op):
    """While the clause waits, its k is spent: what counts is where it is yielded."""
    found = []

    @m.do
    def names():
        return [handler.__name__ for handler in (yield m.GetHandlers())]

    def outer(effect, k):
        found.append((yield names()))
        return (yield m.Resume(k))

    def inner(effect, k):
        found.append((yield names()))
        yield m.Delegate()
        found.append((yield names()))
        return found

    return m.with_handlers([inner, outer], Op())


@program(rule=27, answer=(2, 0))
def a_delegate_is_no_new_dispatch(m, Op):
    """The effect goes on in the same dispatch; the next effect is another one."""
    vm = m.VM()

    def inner(effect, k):
        return (yield m.Delegate())

    def outer(effect, k):
        return (yield m.Resume(k))

    @m.do
    def body():
        yield Op()
        yield Op()

    vm.run(body(), handlers=[inner, inner, outer])
    stats = vm.stats()
    return m.Pure((stats["dispatches"], stats["callbacks"]))
