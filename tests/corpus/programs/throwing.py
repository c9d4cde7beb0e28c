"""Rule 15: exceptions delivered to a continuation."""

from __future__ import annotations

from .registry import program


@program(rule=15, answer=("clause", "performer caught thrown"))
def resume_throw_raises_at_the_perform_site(m, Op):
    """The performer may catch it; the clause gets the body's result."""

    def handler(effect, k):
        return "clause", (yield m.ResumeThrow(k, ValueError("thrown")))

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            return f"performer caught {error}"

    return m.WithHandler(handler, body())


@program(rule=15, answer=("clause got the very object", True), log=["body closed"])
def an_exception_that_the_performer_does_not_catch_comes_back(m, log, Op):
    """Out of the `yield ResumeThrow(...)`, as the same object."""
    thrown = ValueError("thrown")

    def handler(effect, k):
        try:
            yield m.ResumeThrow(k, thrown)
        except ValueError as error:
            return "clause got the very object", error is thrown

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("body closed")

    return m.WithHandler(handler, body())


@program(rule=15, answer="performer caught thrown", log=["clause finished", "caught"])
def transfer_throw_finishes_the_clause_first(m, log, Op):
    """As Transfer, but an exception is delivered."""

    def handler(effect, k):
        try:
            yield m.TransferThrow(k, ValueError("thrown"))
        finally:
            log.append("clause finished")

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            log.append("caught")
            return f"performer caught {error}"

    return m.WithHandler(handler, body())


@program(rule=15, answer="around caught thrown", log=["clause finished"])
def a_transferred_exception_that_nobody_catches_leaves_with_handler(m, log, Op):
    """The clause is over, so it is not crossed."""

    def handler(effect, k):
        try:
            yield m.TransferThrow(k, ValueError("thrown"))
        except ValueError:
            log.append("must not be caught by the clause")
        finally:
            log.append("clause finished")

    try:
        yield m.WithHandler(handler, Op())
    except ValueError as error:
        return f"around caught {error}"


@program(
    rule=15,
    answer="went on",
    log=[
        "ResumeThrow needs a continuation, got None of type 'NoneType'",
        "ResumeThrow needs an exception (a BaseException instance), got 'text' of type 'str'",
        "ResumeThrow needs an exception (a BaseException instance), "
        "got <class 'ValueError'> of type 'type'",
        "TransferThrow needs an exception (a BaseException instance), got None of type 'NoneType'",
    ],
)
def what_is_no_exception_instance_is_refused(m, log, Op):
    """Exception classes too; k stays unused."""

    def handler(effect, k):
        for primitive in (
            m.ResumeThrow(None, ValueError()),
            m.ResumeThrow(k, "text"),
            m.ResumeThrow(k, ValueError),
            m.TransferThrow(k, None),
        ):
            try:
                yield primitive
            except TypeError as error:
                log.append(str(error))
        return (yield m.Resume(k, "went on"))

    return m.WithHandler(handler, Op())


@program(
    rule=15,
    answer=[
        ("ResumeThrow was given StopIteration", True),
        ("TransferThrow was given StopIteration", True),
    ],
)
def a_stop_iteration_given_to_be_thrown(m, Op):
    """It is delivered as a RuntimeError with it as the cause."""
    stop = StopIteration("value")

    def resuming(effect, k):
        return (yield m.ResumeThrow(k, stop))

    def transferring(effect, k):
        yield m.TransferThrow(k, stop)

    @m.do
    def body():
        try:
            yield Op()
        except RuntimeError as error:
            return str(error), error.__cause__ is stop

    return [(yield m.WithHandler(resuming, body())), (yield m.WithHandler(transferring, body()))]


@program(rule=15, answer=("ResumeThrow was given StopIteration", True))
def a_stop_iteration_given_to_an_unstarted_continuation(m, log):
    """There too it is a RuntimeError."""

    @m.do
    def never():
        log.append("must not start")

    k = yield m.CreateContinuation(never())
    stop = StopIteration()
    try:
        yield m.ResumeThrow(k, stop)
    except RuntimeError as error:
        return str(error), error.__cause__ is stop


@program(rule=15, answer=("raised as by the start", True), log=["handler of k", "caught"])
def an_exception_for_an_unstarted_continuation(m, log):
    """It is raised in place of the program's start: the program never runs."""

    def handler(effect, k):
        log.append("must not be called")
        yield

    @m.do
    def never():
        log.append("must not start")
        yield m.Pure()

    log.append("handler of k")
    k = yield m.CreateContinuation(never(), [handler])
    try:
        yield m.ResumeThrow(k, ValueError("raised as by the start"))
    except ValueError as error:
        log.append("caught")
        return str(error), k.used


@program(rule=15, answer=["GeneratorExit", "KeyboardInterrupt", "SystemExit"])
def base_exceptions_may_be_thrown_and_caught(m, Op):
    """GeneratorExit too is an exception like any other when it is thrown."""

    def handler(effect, k):
        return (yield m.ResumeThrow(k, effect.value))

    @m.do
    def body():
        names = []
        for error in (GeneratorExit(), KeyboardInterrupt(), SystemExit(1)):
            try:
                yield Op(error)
            except BaseException as caught:
                assert caught is error
                names.append(type(caught).__name__)
        return names

    return m.WithHandler(handler, body())


@program(rule=15, answer="other caught thrown", log=["other goes on", "own closed"])
def resume_throw_has_no_tail_position(m, log, Op):
    """`return (yield ResumeThrow(...))` keeps the clause waiting, and with it its own k."""
    kept = []

    def handler(effect, k):
        if effect.value == "store":
            kept.append(k)
            return "stored"
        return (yield m.ResumeThrow(kept.pop(), ValueError("thrown")))

    @m.do
    def other():
        try:
            yield Op("store")
        except ValueError as error:
            log.append("other goes on")
            return f"other caught {error}"

    @m.do
    def own():
        try:
            yield Op("switch")
        finally:
            log.append("own closed")

    yield m.WithHandler(handler, other())
    return (yield m.WithHandler(handler, own()))


@program(rule=15, answer="translated from the thrown one")
def the_performer_may_raise_from_the_thrown_exception(m, Op):
    """What the performer raises instead comes back to the clause, with its cause."""
    thrown = KeyError("thrown")

    def handler(effect, k):
        try:
            yield m.ResumeThrow(k, thrown)
        except ValueError as error:
            assert error.__cause__ is error.__context__ is thrown
            return f"{error} from the thrown one"

    @m.do
    def body():
        try:
            yield Op()
        except KeyError as error:
            raise ValueError("translated") from error

    return m.WithHandler(handler, body())


@program(rule=15, answer="resumed with 2", log=["retry"])
def resume_throw_in_plain_program_code(m, log, Op):
    """It works anywhere; the body's next effect is handled under its own prompt."""

    def storing(effect, k):
        return k
        yield

    @m.do
    def body():
        try:
            yield Op()
        except ValueError as error:
            log.append(str(error))
            return f"resumed with {(yield Op())}"

    first = yield m.WithHandler(storing, body())
    second = yield m.ResumeThrow(first, ValueError("retry"))
    return (yield m.Resume(second, 2))


@program(rule=15, answer=["handler", "clause", "body"])
def the_traceback_of_a_thrown_exception_grows_by_the_frames_crossed(m, Op):
    """As `raise` would have it: the raising frame, then those it crosses on its way out."""

    def frames(error):
        names = []
        step = error.__traceback__
        while step is not None:
            names.append(step.tb_frame.f_code.co_name)
            step = step.tb_next
        return names

    def handler(effect, k):
        error = ValueError("thrown")
        assert frames(error) == []
        try:
            yield m.ResumeThrow(k, error)
        except ValueError:
            assert frames(error) == ["handler", "called", "body"]
            return ["handler", "clause", frames(error)[-1]]

    @m.do
    def body():
        yield Op()

    @m.do
    def called():
        return (yield body())

    return m.WithHandler(handler, called())
