"""Rule 21: exceptions go their way as in Python."""

from __future__ import annotations

import contextlib
import sys

import pytest

from .helpers import failure

# As in Python


def test_rule_21_run_raises_the_very_object(engine):
    error = ValueError("the one")

    @engine.do
    def program():
        raise error
        yield

    @engine.do
    def plain():
        raise error

    for failing in (program(), plain()):
        with pytest.raises(ValueError, match="the one") as caught:
            engine.run(failing)
        assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), BaseException("b"), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_rule_21_base_exceptions_pass_through(engine, Ask, error):
    log = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("finally")

    def handler(effect, k):
        raise error
        yield

    with pytest.raises(type(error)) as caught:
        engine.run(engine.WithHandler(handler, body()))
    assert caught.value is error
    assert log == ["finally"]


def test_rule_21_try_except_finally_with_around_a_yield(engine):
    log = []

    @contextlib.contextmanager
    def managed(name):
        log.append(("enter", name))
        try:
            yield name
        except ValueError:
            log.append(("error", name))
            raise
        finally:
            log.append(("exit", name))

    @engine.do
    def failing():
        with managed("inner"):
            yield engine.Pure()
            raise ValueError("failed")

    @engine.do
    def program():
        with managed("outer"):
            try:
                yield failing()
            except ValueError as error:
                log.append(str(error))
            else:
                log.append("else")
            finally:
                log.append("finally")
            return "result"

    assert engine.run(program()) == "result"
    assert log == [
        ("enter", "outer"),
        ("enter", "inner"),
        ("error", "inner"),
        ("exit", "inner"),
        "failed",
        "finally",
        ("exit", "outer"),
    ]


def test_rule_21_cleanup_on_an_error_may_perform_effects(engine, Ask):
    log = []

    def handler(effect, k):
        log.append(effect.value)
        return (yield engine.Resume(k))

    @engine.do
    def body():
        try:
            yield Ask("work")
            raise ValueError("failed")
        finally:
            yield Ask("cleanup")

    with pytest.raises(ValueError, match="failed"):
        engine.run(engine.WithHandler(handler, body()))
    assert log == ["work", "cleanup"]


def test_rule_21_a_with_block_may_suppress(engine, Ask):
    def handler(effect, k):
        raise KeyError("suppressed")
        yield

    @engine.do
    def body():
        with contextlib.suppress(KeyError):
            yield Ask()
        return "went on"

    assert engine.run(engine.WithHandler(handler, body())) == "went on"


def test_rule_21_raise_from_and_context_are_kept(engine):
    first = KeyError("first")
    second = ValueError("second")

    @engine.do
    def inner():
        raise first
        yield

    @engine.do
    def explicit():
        try:
            yield inner()
        except KeyError as error:
            raise second from error

    @engine.do
    def implicit():
        try:
            yield inner()
        except KeyError:
            raise second  # noqa: B904

    assert failure(engine, explicit()) is second
    assert second.__cause__ is first
    assert second.__context__ is first
    second.__cause__ = second.__context__ = None
    assert failure(engine, implicit()) is second
    assert second.__context__ is first
    assert second.__cause__ is None


def test_rule_21_a_new_error_has_no_context(engine, Ask):
    def failing(effect, k):
        raise KeyError

    @engine.do
    def not_a_program():
        yield 3

    programs = [Ask(), engine.WithHandler(failing, Ask()), not_a_program()]
    for program in programs:
        error = failure(engine, program)
        assert error.__context__ is None
        assert error.__cause__ is None


def test_rule_21_the_callers_handled_error_is_the_context(engine):
    @engine.do
    def program():
        yield engine.Pure()
        raise ValueError("inside")

    handled = KeyError("handled by the caller")
    try:
        raise handled
    except KeyError:
        error = failure(engine, program())
    assert str(error) == "inside"
    assert error.__context__ is handled


def test_rule_21_the_callers_handled_error_does_not_replace_the_context(engine):
    cause = TypeError("inside, first")

    @engine.do
    def program():
        try:
            raise cause
        except TypeError:
            yield engine.Pure()
            raise ValueError("inside, second")  # noqa: B904

    handled = KeyError("handled by the caller")
    try:
        raise handled
    except KeyError:
        error = failure(engine, program())
    assert str(error) == "inside, second"
    assert error.__context__ is cause


def test_rule_21_what_a_clause_handles_is_not_seen_by_the_body(engine, Ask):
    """The body goes on while the clause is inside an `except` block: no leak between the two."""
    seen = []

    def handler(effect, k):
        try:
            raise KeyError("handled by the clause")
        except KeyError:
            return (yield engine.Resume(k, None))

    @engine.do
    def body():
        yield Ask()
        seen.append(sys.exc_info()[1])
        raise ValueError("body")

    error = failure(engine, engine.WithHandler(handler, body()))
    assert seen == [None]
    assert isinstance(error, ValueError)


def test_rule_21_notes_and_attributes_are_kept(engine):
    error = ValueError("noted")
    error.add_note("mine")
    error.extra = [1]

    @engine.do
    def inner():
        raise error
        yield

    @engine.do
    def program():
        try:
            yield inner()
        except ValueError as caught:
            caught.add_note("added on the way")
            raise

    assert failure(engine, program()) is error
    assert error.__notes__ == ["mine", "added on the way"]
    assert error.extra == [1]


def test_rule_21_exception_groups(engine):
    group = ExceptionGroup("both", [KeyError("k"), ValueError("v")])

    @engine.do
    def inner():
        raise group
        yield

    caught = []

    @engine.do
    def program():
        try:
            yield inner()
        except* KeyError as part:
            caught.extend(part.exceptions)

    error = failure(engine, program())
    assert isinstance(error, ExceptionGroup)
    assert [type(part) for part in error.exceptions] == [ValueError]
    assert [type(part) for part in caught] == [KeyError]
    assert failure(engine, inner()) is group


def test_rule_21_bare_raise_after_an_effect(engine, Ask):
    def handler(effect, k):
        return (yield engine.Resume(k))

    @engine.do
    def body():
        try:
            raise ValueError("again")
        except ValueError:
            yield Ask()
            raise

    assert str(failure(engine, engine.WithHandler(handler, body()))) == "again"


# StopIteration


class _Stop(StopIteration):
    pass


@pytest.mark.parametrize("kind", [StopIteration, _Stop])
def test_rule_21_stop_iteration_leaves_a_plain_function_as_runtime_error(engine, Ask, kind):
    stop = kind("value")

    @engine.do
    def plain():
        raise stop

    def handler(effect, k):
        raise stop

    class Failing:
        def to_generator(self):
            raise stop

    cases = {
        plain.__qualname__: plain(),
        handler.__qualname__: engine.WithHandler(handler, Ask()),
        Failing.to_generator.__qualname__: Failing(),
    }
    for name, program in cases.items():

        @engine.do
        def outer(program=program):
            try:
                yield program
            except RuntimeError as converted:
                return converted

        error = engine.run(outer())
        assert str(error) == f"{name} raised StopIteration"
        assert error.__cause__ is stop
        assert error.__context__ is stop
        with pytest.raises(RuntimeError):
            engine.run(program)


def test_rule_21_stop_iteration_leaves_a_generator_as_runtime_error(engine, Ask):
    @engine.do
    def program():
        yield engine.Pure()
        next(iter(()))

    def clause(effect, k):
        next(iter(()))
        yield

    for failing in (program(), engine.WithHandler(clause, Ask())):
        with pytest.raises(RuntimeError, match="generator raised StopIteration") as caught:
            engine.run(failing)
        assert isinstance(caught.value.__cause__, StopIteration)


def test_rule_21_stop_async_iteration_is_an_ordinary_error(engine):
    @engine.do
    def plain():
        raise StopAsyncIteration("plain")

    with pytest.raises(StopAsyncIteration):
        engine.run(plain())
