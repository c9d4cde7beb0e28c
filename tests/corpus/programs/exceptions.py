"""Exceptions, and the cleanup of abandoned continuations."""

from __future__ import annotations

import contextlib

from .registry import program

# Rule 21: as in Python


@program(rule=21, answer="recovered", log=["failed", "cleanup", "effect of the cleanup"])
def finally_that_performs_an_effect(m, log, Op):
    """On the way of an exception a `finally` may perform effects; the exception goes on."""

    def handler(effect, k):
        log.append(effect.value)
        return (yield m.Resume(k))

    @m.do
    def failing():
        try:
            yield m.Pure()
            log.append("failed")
            raise ValueError("on its way")
        finally:
            log.append("cleanup")
            yield Op("effect of the cleanup")

    @m.do
    def body():
        try:
            yield failing()
        except ValueError:
            return "recovered"

    return m.WithHandler(handler, body())


@program(rule=21, answer="recovered", log=["cleanup of failed"])
def finally_that_performs_an_effect_after_its_operation_failed(m, log, Op):
    """The handler that failed the operation answers the effect of the cleanup."""

    def handler(effect, k):
        if effect.value == "fail":
            raise ValueError("failed")
        log.append(effect.value)
        return (yield m.Resume(k))

    @m.do
    def body():
        try:
            try:
                yield Op("fail")
            except ValueError as error:
                yield Op(f"cleanup of {error}")
                raise
        except ValueError:
            return "recovered"

    return m.WithHandler(handler, body())


@program(rule=21, raises=(KeyError, "'the very object'"))
def run_raises_the_very_object(m):
    """What nobody catches leaves the run as it is."""
    error = KeyError("the very object")

    @m.do
    def failing():
        yield m.Pure()
        raise error

    try:
        m.run(failing())
    except KeyError as caught:
        assert caught is error
        raise


@program(rule=21, answer=("translated", True, True))
def raise_from_keeps_cause_and_context(m):
    """Chains of exceptions are Python's, across programs."""

    @m.do
    def failing():
        yield m.Pure()
        raise KeyError("first")

    @m.do
    def translating():
        try:
            yield failing()
        except KeyError as error:
            raise ValueError("translated") from error

    try:
        yield translating()
    except ValueError as error:
        return (
            str(error),
            type(error.__cause__) is KeyError,
            error.__context__ is error.__cause__,
        )


@program(rule=21, answer=["enter", "body", "exit after ValueError", "suppressed"])
def with_blocks_around_a_yield(m, Op):
    """A context manager sees the exception that is thrown at the perform site."""
    found = []

    @contextlib.contextmanager
    def managed():
        found.append("enter")
        try:
            yield
        except ValueError as error:
            found.append(f"exit after {type(error).__name__}")

    def handler(effect, k):
        raise ValueError

    @m.do
    def body():
        with managed():
            found.append("body")
            yield Op()
        found.append("suppressed")
        return found

    return m.WithHandler(handler, body())


@program(
    rule=21,
    answer=[
        "{here}.plain raised StopIteration",
        "{here}.handler raised StopIteration",
        "{here}.Steps.to_generator raised StopIteration",
        "{here}.change raised StopIteration",
        "generator raised StopIteration",
    ],
)
def a_stop_iteration_that_leaves_a_function_is_a_runtime_error(m, Op):
    """From a @do function, a handler, to_generator, a Modify function; of a generator by Python."""

    class Steps:
        def to_generator(self):
            raise StopIteration

    @m.do
    def plain():
        raise StopIteration

    @m.do
    def generator():
        yield m.Pure()
        next(iter(()))

    def change(old):
        raise StopIteration

    def handler(effect, k):
        raise StopIteration

    @m.do
    def caught(program):
        try:
            yield program
        except RuntimeError as error:
            assert type(error.__cause__) is StopIteration
            return str(error)

    return [
        (yield caught(plain())),
        (yield m.WithHandler(handler, caught(Op()))),
        (yield caught(Steps())),
        (yield m.WithHandler(m.state(), caught(m.Modify("key", change)))),
        (yield caught(generator())),
    ]


@program(rule=21, answer=("kept", ["a note"], (1, 2)))
def notes_and_arguments_are_kept(m, Op):
    """An exception that crosses programs is not rebuilt."""

    def handler(effect, k):
        error = ValueError("kept", (1, 2))
        error.add_note("a note")
        raise error

    @m.do
    def body():
        yield Op()

    try:
        yield m.WithHandler(handler, body())
    except ValueError as error:
        return error.args[0], error.__notes__, error.args[1]


@program(rule=21, answer=["TypeError", "ValueError"])
def exception_groups_can_be_split(m, Op):
    """`except*` around a yield works as in Python."""

    def handler(effect, k):
        raise ExceptionGroup("both", [ValueError("v"), TypeError("t")])

    @m.do
    def body():
        caught = []
        try:
            yield Op()
        except* TypeError:
            caught.append("TypeError")
        except* ValueError:
            caught.append("ValueError")
        return caught

    return m.WithHandler(handler, body())


@program(
    rule=21,
    answer=[
        "crossed handler clauses, innermost first:",
        "{here}.handler",
        "{here}.handler",
    ],
)
def the_note_lists_the_clauses_that_an_exception_crossed(m, Op):
    """Both clauses waited for the body, the last one innermost."""

    def handler(effect, k):
        result = yield m.Resume(k)
        return result

    @m.do
    def body():
        yield Op(1)
        yield Op(2)
        raise ValueError

    try:
        m.run(m.WithHandler(handler, body()))
    except ValueError as error:
        (note,) = error.__notes__
        first, *lines = note.splitlines()
        assert lines[0].startswith("  Op(2), performed in ")
        assert lines[1].startswith("  Op(1), performed in ")
        return m.Pure([first, *(line.rpartition(", handled by ")[2] for line in lines)])


# Rule 22: abandoned continuations are closed


@program(rule=22, answer="answer", log=["inner", "middle", "outer", "answered"])
def an_abandoned_chain_is_closed_innermost_first(m, log, Op):
    """Every generator between the perform site and the prompt, before the answer arrives."""

    @m.do
    def inner():
        try:
            yield Op()
        finally:
            log.append("inner")

    @m.do
    def middle():
        try:
            yield inner()
        finally:
            log.append("middle")

    @m.do
    def outer():
        try:
            yield middle()
        finally:
            log.append("outer")

    def handler(effect, k):
        return "answer"
        yield

    answer = yield m.WithHandler(handler, outer())
    log.append("answered")
    return answer


@program(
    rule=22,
    answer="answer",
    log=["inner", "outer"],
    unraisable=[(RuntimeError, "generator ignored GeneratorExit")],
)
def an_effect_in_the_cleanup_of_an_abandoned_program(m, log, Op):
    """Closing is Python's: the yield is an unraisable error, and the rest is still closed."""

    @m.do
    def inner():
        try:
            yield Op()
        finally:
            log.append("inner")
            yield Op("not performed")

    @m.do
    def outer():
        try:
            yield inner()
        finally:
            log.append("outer")

    def handler(effect, k):
        assert effect.value is None
        return "answer"
        yield

    return m.WithHandler(handler, outer())


@program(
    rule=22,
    answer="answer",
    log=["outer"],
    unraisable=[(ValueError, "cleanup of inner"), (KeyError, "'cleanup of outer'")],
)
def exceptions_of_the_cleanup_of_an_abandoned_program(m, log, Op):
    """Each is unraisable; none of them reaches a program."""

    @m.do
    def inner():
        try:
            yield Op()
        finally:
            raise ValueError("cleanup of inner")

    @m.do
    def outer():
        try:
            yield inner()
        except ValueError:
            log.append("must not be caught")
        finally:
            log.append("outer")
            raise KeyError("cleanup of outer")

    def handler(effect, k):
        return "answer"
        yield

    return m.WithHandler(handler, outer())


@program(rule=22, answer="answered", log=["kept", "closed", "dropped"])
def a_stored_continuation_is_closed_when_its_last_reference_goes(m, log, Op):
    """Not when its clause ends."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "answered"
        yield

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("closed")

    answer = yield m.WithHandler(handler, body())
    log.append("kept")
    kept.clear()
    log.append("dropped")
    return answer


@program(rule=22, answer="answer", log=["body swallowed", "outer closed"])
def an_abandoned_program_may_swallow_generator_exit(m, log, Op):
    """It may end by returning; its result goes nowhere."""

    @m.do
    def body():
        try:
            yield Op()
        except GeneratorExit:
            log.append("body swallowed")
        return "lost"

    @m.do
    def outer():
        try:
            yield body()
            log.append("must not go on")
        finally:
            log.append("outer closed")

    def handler(effect, k):
        return "answer"
        yield

    return m.WithHandler(handler, outer())


@program(rule=22, answer="answer", log=["inner prompt's body", "outer body"])
def abandoning_closes_through_prompts(m, log, Op, Other):
    """Handlers that lie in the continuation are not called for its cleanup."""

    def inner(effect, k):
        log.append("must not be called")
        yield

    def outer(effect, k):
        return "answer"
        yield

    @m.do
    def innermost():
        try:
            yield Op()
        finally:
            log.append("inner prompt's body")

    @m.do
    def body():
        try:
            yield m.WithHandler(inner, innermost(), effects=Other)
        finally:
            log.append("outer body")

    return m.WithHandler(outer, body(), effects=Op)


@program(rule=22, answer="answer", log=["run of the cleanup"])
def the_cleanup_of_an_abandoned_program_may_run_programs(m, log, Op):
    """A run of its own is no effect of the closed program."""

    @m.do
    def cleaning():
        log.append((yield m.Pure("run of the cleanup")))

    @m.do
    def body():
        try:
            yield Op()
        finally:
            m.run(cleaning())

    def handler(effect, k):
        return "answer"
        yield

    return m.WithHandler(handler, body())
