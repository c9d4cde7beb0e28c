"""Rule 20: unstarted continuations."""

from __future__ import annotations

from .registry import CONSUMED, program


@program(rule=20, answer=("Continuation", False, "result", True), log=["created", "started"])
def an_unstarted_continuation_starts_its_program_when_resumed(m, log):
    """CreateContinuation runs nothing; its use runs the program once."""

    @m.do
    def new():
        log.append("started")
        return "result"
        yield

    k = yield m.CreateContinuation(new())
    log.append("created")
    used = k.used
    result = yield m.ResumeContinuation(k)
    return type(k).__name__, used, result, k.used


@program(rule=20, answer=["resumed", "continued", "transferred"])
def every_resuming_primitive_starts_an_unstarted_continuation(m, Op):
    """Resume, ResumeContinuation and, in a clause, Transfer."""

    def handler(effect, k):
        yield m.Transfer(effect.value)

    first = yield m.CreateContinuation(m.Pure("resumed"))
    second = yield m.CreateContinuation(m.Pure("continued"))
    third = yield m.CreateContinuation(m.Pure("transferred"))
    return [
        (yield m.Resume(first)),
        (yield m.ResumeContinuation(second, None)),
        (yield m.WithHandler(handler, Op(third))),
    ]


@program(rule=20, answer=("resumed", "value"))
def resume_continuation_accepts_a_started_one(m, Op):
    """For those it is Resume."""

    def handler(effect, k):
        result = yield m.ResumeContinuation(k, "value")
        return "resumed", result

    return m.WithHandler(handler, Op())


@program(rule=20, answer=["inner", "inner", "outer"])
def handlers_of_an_unstarted_continuation_are_given_innermost_first(m, Op, SubOp, Other):
    """They are installed around the program, with their types."""

    def inner(effect, k):
        return m.Resume(k, "inner")

    def outer(effect, k):
        return m.Resume(k, "outer")

    @m.do
    def new():
        return [(yield Op()), (yield SubOp()), (yield Other())]

    k = yield m.CreateContinuation(new(), [m.TypedHandler(inner, Op), outer])
    return (yield m.Resume(k))


@program(rule=20, answer=["resumer's", 1])
def an_unstarted_continuation_runs_under_the_handlers_of_its_resumer(m, Op):
    """Nothing of the place where it was created is part of it."""

    def named(name):
        def handler(effect, k):
            return (yield m.Resume(k, name))

        return handler

    @m.do
    def new():
        return [(yield Op()), len((yield m.GetHandlers()))]

    @m.do
    def resumer(k):
        return (yield m.Resume(k))

    k = yield m.WithHandler(named("creator's"), m.CreateContinuation(new()))
    return (yield m.WithHandler(named("resumer's"), resumer(k)))


@program(
    rule=20,
    answer=("result", "an unstarted continuation takes no value, got 2 of type 'int'"),
    log=[
        "an unstarted continuation takes no value, got 1 of type 'int'",
        "an unstarted continuation takes no value, got 'x' of type 'str'",
        "an unstarted continuation takes no value, got False of type 'bool'",
    ],
)
def a_value_for_an_unstarted_continuation_is_refused(m, log, Op):
    """It stays unused; and the type is checked before the use."""

    def handler(effect, k):
        unstarted = effect.value
        for primitive in (
            m.Resume(unstarted, 1),
            m.Transfer(unstarted, "x"),
            m.ResumeContinuation(unstarted, False),
        ):
            try:
                yield primitive
            except TypeError as error:
                log.append(str(error))
        assert not unstarted.used
        return (yield m.Resume(k, (yield m.Resume(unstarted))))

    k = yield m.CreateContinuation(m.Pure("result"))
    result = yield m.WithHandler(handler, Op(k))
    try:
        yield m.Resume(k, 2)
    except TypeError as error:
        return result, str(error)


@program(
    rule=20,
    answer="still unused",
    log=[
        "Pass needs a started continuation, got an unstarted one",
        "Delegate needs a started continuation, got an unstarted one",
    ],
)
def an_unstarted_continuation_cannot_be_passed_on(m, log, Op):
    """It has no perform site."""
    unstarted = yield m.CreateContinuation(m.Pure("still unused"))

    def handler(effect, k):
        for primitive in (m.Pass(effect, unstarted), m.Delegate(None, unstarted)):
            try:
                yield primitive
            except TypeError as error:
                log.append(str(error))
        return (yield m.Resume(unstarted))

    return (yield m.WithHandler(handler, Op()))


@program(
    rule=20,
    answer="went on",
    log=[
        "3 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()",
        "handler 4 of type 'int' is not callable; expected a function (effect, k)",
        "CreateContinuation needs a list or tuple of handlers, got 5 of type 'int'",
    ],
)
def create_continuation_checks_its_arguments_at_the_yield(m, log):
    """The program, the handlers and the list of them."""
    for creating in (
        m.CreateContinuation(3),
        m.CreateContinuation(m.Pure(), [4]),
        m.CreateContinuation(m.Pure(), 5),
    ):
        try:
            yield creating
        except TypeError as error:
            log.append(str(error))
    return "went on"


@program(rule=20, answer=[CONSUMED, CONSUMED], log=["started"])
def an_unstarted_continuation_is_one_shot(m, log):
    """The second start is refused, whether the first was a start or a close."""

    @m.do
    def new():
        log.append("started")

    started = yield m.CreateContinuation(new())
    yield m.Resume(started)
    closed = yield m.CreateContinuation(new())
    closed.close()
    texts = []
    for k in (started, closed):
        assert k.used
        try:
            yield m.ResumeContinuation(k)
        except m.ContinuationConsumed as error:
            texts.append(str(error))
    return texts


@program(rule=20, answer="caught at the resume")
def an_error_of_the_start_comes_out_of_the_resume(m):
    """Wrong arguments show when the program is started."""

    @m.do
    def none():
        return "never"

    k = yield m.CreateContinuation(none(1))
    try:
        yield m.Resume(k)
    except TypeError:
        return "caught at the resume"


@program(rule=20, answer=["new", "own closed first"], log=["own closed", "new starts"])
def a_transfer_to_an_unstarted_continuation_finishes_the_clause(m, log, Op):
    """And drops the clause's own unused k before the program starts."""

    @m.do
    def new():
        log.append("new starts")
        return ["new", "own closed first"]
        yield

    def handler(effect, k):
        yield m.Transfer((yield m.CreateContinuation(new())))

    @m.do
    def own():
        try:
            yield Op()
        finally:
            log.append("own closed")

    return m.WithHandler(handler, own())


@program(rule=20, answer=("spawned", ["main", "spawned ran"]), log=["spawned ran"])
def a_handler_that_spawns_programs(m, log, Op):
    """A scheduler makes unstarted continuations of the programs it is given."""
    waiting = []

    def scheduler(effect, k):
        waiting.append((yield m.CreateContinuation(effect.value)))
        result = yield m.Resume(k, "spawned")
        while waiting:
            yield m.ResumeContinuation(waiting.pop())
        return result, ["main", *log]

    @m.do
    def spawned():
        yield m.Pure()
        log.append("spawned ran")

    return m.WithHandler(scheduler, Op(spawned()))


@program(rule=20, answer="from another VM", log=["consumed"])
def an_unstarted_continuation_may_be_started_on_another_vm(m, log):
    """It belongs to no machine."""
    k = yield m.CreateContinuation(m.Pure("from another VM"))
    result = m.VM().run(m.Resume(k))
    try:
        yield m.Resume(k)
    except m.ContinuationConsumed:
        log.append("consumed")
    return result


@program(
    rule=20,
    answer=[True, "GetContinuation works only in a handler's clause", "got 1"],
    log=["started", "clause"],
)
def an_unstarted_continuation_that_a_clause_starts_is_called_by_it(m, log, Op):
    """Without handlers no prompt lies between, so the program is part of the clause."""

    @m.do
    def asking():
        return (yield m.GetContinuation())

    @m.do
    def transferring(k, value):
        try:
            yield m.Transfer(k, value)
        finally:
            log.append("started")

    def unused(effect, k):
        yield

    def handler(effect, k):
        try:
            bare = yield m.CreateContinuation(asking())
            found = [(yield m.Resume(bare)) is k]
            direct = yield m.CreateContinuation(m.GetContinuation())
            assert (yield m.ResumeContinuation(direct)) is k
            prompted = yield m.CreateContinuation(asking(), [unused])
            try:
                yield m.Resume(prompted)
            except RuntimeError as error:
                found.append(str(error))
            yield m.Resume((yield m.CreateContinuation(transferring(k, [*found, "got 1"]))))
        finally:
            log.append("clause")

    return m.WithHandler(handler, Op())
