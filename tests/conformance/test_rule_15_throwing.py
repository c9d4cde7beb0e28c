"""Rule 15: exceptions delivered to a continuation, and their tracebacks."""

from __future__ import annotations

import contextlib
import gc
import sys
import weakref

import pytest

from .helpers import failure, functions

THROWS = ("ResumeThrow", "TransferThrow")


def throwing(engine, name, error):
    """A handler that delivers `error` by the primitive of that name."""

    def clause(effect, k):
        return (yield getattr(engine, name)(k, error))

    return clause


def names_in(error):
    """The names of the functions in the traceback of `error`."""
    names = []
    step = error.__traceback__
    while step is not None:
        names.append(step.tb_frame.f_code.co_name)
        step = step.tb_next
    return names


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_the_traceback_grows_by_the_frames_crossed(engine, Ask, name):
    """`TransferThrow` has finished the clause, so that it is not crossed."""
    error = ValueError("thrown")

    @engine.do
    def performer():
        yield Ask()

    @engine.do
    def body():
        return (yield performer())

    @engine.do
    def program():
        return (yield engine.WithHandler(throwing(engine, name, error), body()))

    assert failure(engine, program()) is error
    clause = ["clause"] if name == "ResumeThrow" else []
    assert functions(engine, error) == ["caller", "program", *clause, "body", "performer"]


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_the_traceback_that_the_exception_had_is_kept(engine, Ask, name):
    """As `raise error` of an exception that was caught before: the new frames come first."""

    def raising():
        raise ValueError("raised before")

    try:
        raising()
    except ValueError as caught:
        error = caught.with_traceback(caught.__traceback__.tb_next)
    assert names_in(error) == ["raising"]

    @engine.do
    def performer():
        try:
            yield Ask()
        except ValueError as caught:
            return names_in(caught)

    program = engine.WithHandler(throwing(engine, name, error), performer())
    assert engine.run(program) == ["performer", "raising"]


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_an_exception_that_is_caught_and_thrown_again_keeps_growing(engine, Ask, name):
    """The frames are those of a generator that Python itself throws into."""
    error = ValueError("again and again")

    def plain():
        for _ in range(3):
            with contextlib.suppress(ValueError):
                yield
        return names_in(error)

    generator = plain()
    next(generator)
    expected = None
    for _ in range(3):
        try:
            generator.throw(error)
        except StopIteration as stop:
            expected = stop.value
    error.__traceback__ = None

    @engine.do
    def performer():
        for _ in range(3):
            with contextlib.suppress(ValueError):
                yield Ask()
        return names_in(error)

    got = engine.run(engine.WithHandler(throwing(engine, name, error), performer()))
    # Python's own figure has the frame of this test, from which the generator is driven.
    assert got == [
        "performer" if each == "plain" else each
        for each in expected
        if not each.startswith("test_")
    ]


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_what_the_clause_handles_is_not_the_context(engine, Ask, name):
    """The exception is delivered, not raised in the clause."""
    error = ValueError("thrown")

    def clause(effect, k):
        try:
            raise KeyError("handled by the clause")
        except KeyError:
            return (yield getattr(engine, name)(k, error))

    @engine.do
    def performer():
        try:
            yield Ask()
        except ValueError as caught:
            return caught.__context__, caught.__cause__

    assert engine.run(engine.WithHandler(clause, performer())) == (None, None)


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_what_the_performer_handles_is_the_context_of_what_it_raises(engine, Ask, name):
    error = ValueError("thrown")

    @engine.do
    def performer():
        try:
            yield Ask()
        except ValueError:
            raise TypeError("raised instead")  # noqa: B904

    got = failure(engine, engine.WithHandler(throwing(engine, name, error), performer()))
    assert type(got) is TypeError
    assert got.__context__ is error
    assert got.__cause__ is None


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_a_performer_in_an_except_block(engine, Ask, name):
    """The performer sees the exception that it was handling again after it caught the other."""
    error = ValueError("thrown")

    @engine.do
    def performer():
        try:
            raise KeyError("handled")
        except KeyError as handled:
            try:
                yield Ask()
            except ValueError:
                assert sys.exception() is error
            return sys.exception() is handled

    program = engine.WithHandler(throwing(engine, name, error), performer())
    assert engine.run(program) is True


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_nothing_of_ours_lives_on_in_the_exception(engine, Ask, name):
    """Only the frames in the traceback are kept by it, and those go with it."""

    class Guard:
        pass

    kept = []
    guards = []

    def clause(effect, k):
        guard = Guard()
        guards.append(weakref.ref(guard))
        return (yield getattr(engine, name)(k, kept[0]))

    @engine.do
    def performer():
        guard = Guard()
        guards.append(weakref.ref(guard))
        with contextlib.suppress(ValueError):
            yield Ask()
        return "caught"

    kept.append(ValueError("thrown"))
    assert engine.run(engine.WithHandler(clause, performer())) == "caught"
    names = names_in(kept[0])
    assert names == ["performer"]
    # The clause's frame is nowhere; the performer's is in the traceback alone.
    assert [guard() is None for guard in guards] == [False, True]
    kept[0].__traceback__ = None
    gc.collect()
    assert [guard() for guard in guards] == [None, None]


@pytest.mark.parametrize("name", THROWS)
@pytest.mark.parametrize(
    "error",
    [GeneratorExit(), KeyboardInterrupt(), SystemExit(3), BaseException("b"), StopAsyncIteration()],
    ids=lambda error: type(error).__name__,
)
def test_rule_15_any_exception_is_raised_at_the_perform_site(engine, Ask, name, error):
    log = []

    @engine.do
    def performer():
        try:
            yield Ask()
        except BaseException as caught:
            log.append(caught)
            raise
        finally:
            log.append("finally")

    got = failure(engine, engine.WithHandler(throwing(engine, name, error), performer()))
    assert got is error
    assert log == [error, "finally"]


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_a_stop_iteration_is_converted_once(engine, Ask, name):
    """Also a subclass of it, and one that has a value."""

    class Stop(StopIteration):
        pass

    for stop in (StopIteration(), StopIteration("value"), Stop()):

        @engine.do
        def performer(stop=stop):
            try:
                yield Ask()
            except RuntimeError as error:
                return str(error), error.__cause__ is stop

        program = engine.WithHandler(throwing(engine, name, stop), performer())
        assert engine.run(program) == (f"{name} was given StopIteration", True)


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_an_exception_for_an_unstarted_continuation(engine, Ask, name):
    """Its traceback has nothing below the clause or what is around it."""
    error = ValueError("thrown")
    started = []

    @engine.do
    def never():
        started.append(True)
        yield engine.Pure()

    def clause(effect, k):
        unstarted = yield engine.CreateContinuation(never(), [clause])
        yield getattr(engine, name)(unstarted, error)

    @engine.do
    def program():
        return (yield engine.WithHandler(clause, Ask()))

    # The clause's own k is unused: the exception of a ResumeThrow fails the operation.
    clauses = ["clause"] if name == "ResumeThrow" else []
    assert failure(engine, program()) is error
    assert functions(engine, error) == ["caller", "program", *clauses]
    assert started == []


@pytest.mark.parametrize("name", THROWS)
def test_rule_15_a_refused_throw_changes_nothing(engine, Ask, name):
    make = getattr(engine, name)
    refused = []

    def clause(effect, k):
        for arguments in ((k, "no exception"), (k, ValueError), (3, ValueError())):
            try:
                yield make(*arguments)
            except TypeError as error:
                refused.append(str(error).partition(",")[0])
        assert not k.used
        return (yield engine.Resume(k, "went on"))

    assert engine.run(engine.WithHandler(clause, Ask())) == "went on"
    assert refused == [
        f"{name} needs an exception (a BaseException instance)",
        f"{name} needs an exception (a BaseException instance)",
        f"{name} needs a continuation",
    ]


def test_rule_15_a_long_loop_of_transferred_exceptions(engine, Ask):
    """Like Transfer it leaves nothing behind."""

    def clause(effect, k):
        yield engine.TransferThrow(k, KeyError(effect.value))

    @engine.do
    def performer():
        total = 0
        for n in range(5_000):
            try:
                yield Ask(n)
            except KeyError as error:
                total += error.args[0]
        return total

    assert engine.run(engine.WithHandler(clause, performer())) == sum(range(5_000))


def test_rule_15_an_exception_thrown_through_nested_prompts(engine, Ask, Tell):
    """Clauses that wait inside the continuation are crossed, the innermost first."""
    log = []

    def waiting(effect, k):
        try:
            return (yield engine.Resume(k))
        except ValueError:
            log.append("waiting clause")
            raise

    def outer(effect, k):
        try:
            yield engine.ResumeThrow(k, ValueError("thrown"))
        except ValueError:
            log.append("outer clause")
            return "answer"

    @engine.do
    def body():
        yield Ask()
        try:
            yield Tell()
        finally:
            log.append("body")

    inner = engine.WithHandler(waiting, body(), effects=Ask)
    assert engine.run(engine.WithHandler(outer, inner, effects=Tell)) == "answer"
    assert log == ["body", "waiting clause", "outer clause"]
