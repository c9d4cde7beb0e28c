"""Rule 21: exceptions, their contexts, tracebacks and notes."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import traceback
import weakref

import pytest


def functions(engine, error):
    """The names of the functions in the traceback of `error`, from the caller of `run` on.

    No frame may be the engine's; on the baseline, which is Python, that of `run` itself may stand
    between the caller and the program.
    """
    package = os.path.dirname(engine.__file__)
    names = []
    ours = []
    for position, (frame, _) in enumerate(traceback.walk_tb(error.__traceback__)):
        if frame.f_code.co_filename.startswith(package):
            ours.append((position, frame.f_code.co_name))
        else:
            names.append(frame.f_code.co_name)
    assert ours in ([], [(1, "run")] if engine.__name__ == "cesk_v3" else [])
    return names


def failure(engine, program):
    """The error that `run` raises, seen from a caller of a known name."""

    def caller():
        engine.run(program)

    try:
        caller()
    except BaseException as error:
        # The frame of this function is not of interest.
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("no error")


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


# Tracebacks


def test_rule_21_traceback_of_nested_programs(engine):
    def helper():
        raise ValueError("below")

    def deeper_helper():
        helper()

    @engine.do
    def inner():
        yield engine.Pure()
        deeper_helper()

    @engine.do
    def middle():
        yield inner()

    @engine.do
    def outer():
        yield from middle()

    names = functions(engine, failure(engine, outer()))
    assert names == ["caller", "outer", "middle", "inner", "deeper_helper", "helper"]


def test_rule_21_traceback_of_a_plain_do_function(engine):
    @engine.do
    def plain():
        raise ValueError

    @engine.do
    def outer():
        yield plain()

    assert functions(engine, failure(engine, outer())) == ["caller", "outer", "plain"]
    assert functions(engine, failure(engine, plain())) == ["caller", "plain"]


def test_rule_21_traceback_after_effects(engine, Ask):
    def handler(effect, k):
        result = yield engine.Resume(k, 1)
        return result

    def helper():
        raise ValueError

    @engine.do
    def inner():
        yield Ask()
        yield Ask()
        helper()

    @engine.do
    def outer():
        yield inner()

    @engine.do
    def around():
        yield engine.WithHandler(handler, outer())

    # The two clauses wait for the body's result: they lie between `around` and the body.
    names = functions(engine, failure(engine, around()))
    assert names == ["caller", "around", "handler", "handler", "outer", "inner", "helper"]


def test_rule_21_traceback_of_a_clause_that_fails_before_use(engine, Ask):
    def helper():
        raise ValueError

    def generator(effect, k):
        yield engine.Pure()
        helper()

    def plain(effect, k):
        helper()

    @engine.do
    def inner():
        yield Ask()

    @engine.do
    def outer():
        yield inner()

    for handler, name in ((generator, "generator"), (plain, "plain")):
        names = functions(engine, failure(engine, engine.WithHandler(handler, outer())))
        assert names == ["caller", "outer", "inner", name, "helper"]


def test_rule_21_traceback_of_a_clause_that_fails_after_use(engine, Ask):
    def handler(effect, k):
        yield engine.Resume(k)
        raise ValueError

    @engine.do
    def body():
        yield Ask()

    @engine.do
    def around():
        yield engine.WithHandler(handler, body())

    names = functions(engine, failure(engine, around()))
    assert names == ["caller", "around", "handler"]


def test_rule_21_traceback_of_a_transferred_clause_has_no_clause(engine, Ask):
    def handler(effect, k):
        yield engine.Transfer(k)

    @engine.do
    def body():
        yield Ask()
        raise ValueError

    @engine.do
    def around():
        yield engine.WithHandler(handler, body())

    names = functions(engine, failure(engine, around()))
    assert names == ["caller", "around", "body"]


def test_rule_21_traceback_of_the_machines_own_errors(engine, Ask):
    def handler(effect, k):
        return (yield engine.Resume(k))

    @engine.do
    def not_a_program():
        yield 3

    @engine.do
    def unhandled():
        yield from Ask()

    @engine.do
    def no_clause():
        yield engine.Transfer(None)

    @engine.do
    def wrong_arguments():
        yield not_a_program(1, 2)

    for function in (not_a_program, unhandled, no_clause, wrong_arguments):
        names = functions(engine, failure(engine, function()))
        assert names == ["caller", function.__name__]
    for program in (3, Ask(), engine.Transfer(None), not_a_program(1)):
        assert functions(engine, failure(engine, program)) == ["caller"]


def test_rule_21_traceback_of_to_generator(engine):
    class Failing:
        def to_generator(self):
            raise ValueError

    class Started:
        def to_generator(self):
            return self.steps()

        def steps(self):
            yield engine.Pure()
            raise ValueError

    @engine.do
    def outer(program):
        yield program

    names = functions(engine, failure(engine, outer(Failing())))
    assert names == ["caller", "outer", "to_generator"]
    assert functions(engine, failure(engine, outer(Started()))) == ["caller", "outer", "steps"]


def test_rule_21_traceback_through_a_run_in_a_run(engine):
    @engine.do
    def inner():
        yield engine.Pure()
        raise ValueError

    def helper():
        engine.run(inner())

    @engine.do
    def outer():
        yield engine.Pure()
        helper()

    names = functions(engine, failure(engine, outer()))
    assert names == ["caller", "outer", "helper", "inner"]


def test_rule_21_a_reused_exception_grows_as_in_python(engine):
    package = os.path.dirname(engine.__file__)

    def grown(error, caller):
        for _ in range(3):
            with contextlib.suppress(ValueError):
                caller()
        frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        return [code.co_name for code in frames if not code.co_filename.startswith(package)]

    def in_python():
        error = ValueError()

        def program():
            raise error

        def caller():
            program()

        return grown(error, caller)

    def in_the_machine():
        error = ValueError()

        @engine.do
        def program():
            raise error
            yield

        def caller():
            engine.run(program())

        return grown(error, caller)

    assert in_python() == ["grown", "caller", "program"] * 3
    assert in_the_machine() == in_python()


def test_rule_21_an_error_thrown_through_many_clauses_grows_by_the_frames_crossed(engine, Ask):
    """Each clause waits in its own frame; none appears twice."""

    def handler(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body():
        for _ in range(50):
            yield Ask()
        raise ValueError

    names = functions(engine, failure(engine, engine.WithHandler(handler, body())))
    assert names == ["caller", *["handler"] * 50, "body"]


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


# The note

HEADER = "crossed handler clauses, innermost first:"


def crossing(engine, effect):
    """A clause that an error of the body crosses."""

    def clause(effect, k):
        result = yield engine.Resume(k, effect.value)
        return result

    @engine.do
    def performer():
        yield effect
        raise ValueError("crossing")

    place = (
        f"{performer.__qualname__} ({__file__}:{performer.__wrapped__.__code__.co_firstlineno + 2})"
    )
    return engine.WithHandler(clause, performer()), clause.__qualname__, place


def test_rule_21_the_note_lists_the_clauses_crossed(engine, Ask):
    program, clause, place = crossing(engine, Ask(1))

    def outer_clause(effect, k):
        result = yield engine.Resume(k, effect.value)
        return result

    @engine.do
    def outer():
        yield Ask(2)
        yield program

    error = failure(engine, engine.WithHandler(outer_clause, outer()))
    line = outer.__wrapped__.__code__.co_firstlineno + 2
    assert error.__notes__ == [
        f"{HEADER}\n"
        f"  Ask(1), performed in {place}, handled by {clause}\n"
        f"  Ask(2), performed in {outer.__qualname__} ({__file__}:{line}), "
        f"handled by {outer_clause.__qualname__}"
    ]


def test_rule_21_no_crossing_no_note(engine, Ask):
    def failing(effect, k):
        raise ValueError

    @engine.do
    def body():
        raise ValueError
        yield

    for program in (
        body(),
        engine.WithHandler(failing, body()),
        Ask(),
        engine.WithHandler(failing, Ask()),
    ):
        assert not hasattr(failure(engine, program), "__notes__")


def test_rule_21_a_clause_that_was_over_is_not_crossed(engine, Ask):
    def returning(effect, k):
        return engine.Resume(k)

    def transferring(effect, k):
        yield engine.Transfer(k)

    @engine.do
    def body():
        yield Ask()
        raise ValueError

    for handler in (returning, transferring):
        assert not hasattr(failure(engine, engine.WithHandler(handler, body())), "__notes__")


def test_rule_21_a_clauses_own_error_after_use_crosses_it(engine, Ask):
    def clause(effect, k):
        yield engine.Resume(k)
        raise ValueError

    (note,) = failure(engine, engine.WithHandler(clause, Ask(5))).__notes__
    assert note.startswith(f"{HEADER}\n  Ask(5), performed in ")
    assert note.endswith(f"handled by {clause.__qualname__}")


def test_rule_21_a_caught_error_has_no_note(engine, Ask):
    program, _, _ = crossing(engine, Ask(1))

    @engine.do
    def outer():
        try:
            yield program
        except ValueError as error:
            return error

    assert not hasattr(engine.run(outer()), "__notes__")


def test_rule_21_a_caught_error_is_not_kept(engine, Ask):
    class Crossing(Exception):
        pass

    def clause(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body():
        yield Ask()
        raise Crossing

    @engine.do
    def outer():
        try:
            yield engine.WithHandler(clause, body())
        except Crossing as error:
            seen = weakref.ref(error)
        yield engine.Pure()
        return seen() is None

    assert engine.run(outer()) is True


def test_rule_21_the_note_comes_after_others(engine, Ask):
    program, clause, _ = crossing(engine, Ask(1))

    @engine.do
    def outer():
        try:
            yield program
        except ValueError as error:
            error.add_note("mine")
            raise

    mine, note = failure(engine, outer()).__notes__
    assert mine == "mine"
    assert note.startswith(HEADER)
    assert note.endswith(f"handled by {clause}")


def test_rule_21_a_note_of_ours_is_replaced(engine, Ask):
    error = ValueError("reused")

    def clause(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body(value):
        yield Ask(value)
        raise error

    for value in (1, 2):
        assert failure(engine, engine.WithHandler(clause, body(value))) is error
        (note,) = error.__notes__
        assert note.count("\n") == 1
        assert f"Ask({value})" in note
    error.add_note("mine")
    failure(engine, engine.WithHandler(clause, body(3)))
    assert [note for note in error.__notes__ if not note.startswith(HEADER)] == ["mine"]
    (note,) = (note for note in error.__notes__ if note.startswith(HEADER))
    assert "Ask(3)" in note


@pytest.mark.parametrize(("count", "shown", "more"), [(18, 18, 0), (19, 18, 1), (500, 18, 482)])
def test_rule_21_the_note_has_twenty_lines_at_most(engine, Ask, count, shown, more):
    def clause(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body():
        for n in range(count):
            yield Ask(n)
        raise ValueError

    (note,) = failure(engine, engine.WithHandler(clause, body())).__notes__
    lines = note.split("\n")
    assert lines[0] == HEADER
    entries = lines[1 : shown + 1]
    # Innermost first: the clause that was activated last.
    assert [line.split(",")[0] for line in entries] == [
        f"  Ask({count - 1 - n})" for n in range(shown)
    ]
    assert lines[shown + 1 :] == ([f"  and {more} more"] if more else [])


def test_rule_21_a_failing_or_long_repr_in_the_note(engine):
    class Broken(engine.EffectBase):
        value = None

        def __repr__(self):
            raise KeyError("repr")

    class Long(engine.EffectBase):
        value = None

        def __repr__(self):
            return "é" * 10_000

    program, _, _ = crossing(engine, Broken())
    (note,) = failure(engine, program).__notes__
    assert "object, repr failed>, performed in" in note
    program, _, _ = crossing(engine, Long())
    (note,) = failure(engine, program).__notes__
    assert 70 <= note.count("é") <= 80


def test_rule_21_a_run_inside_a_run_adds_no_note(engine, Ask):
    program, _, _ = crossing(engine, Ask(1))

    @engine.do
    def outer():
        try:
            engine.run(program)
        except ValueError as error:
            return hasattr(error, "__notes__")
        yield

    assert engine.run(outer()) is False


def test_rule_21_the_note_of_an_error_from_a_run_inside_a_run(engine, Ask):
    """It names the inner run's clauses, then the outer run's, which had nothing to add before."""
    program, inner_clause, _ = crossing(engine, Ask("inner"))

    @engine.do
    def body():
        yield Ask("outer")
        engine.run(program)

    def outer_clause(effect, k):
        result = yield engine.Resume(k)
        return result

    error = failure(engine, engine.WithHandler(outer_clause, body()))
    (note,) = error.__notes__
    _, first, second = note.splitlines()
    assert "Ask('inner')" in first
    assert first.endswith(inner_clause)
    assert "Ask('outer')" in second
    assert second.endswith(outer_clause.__qualname__)


def test_rule_21_an_error_class_that_refuses_attributes(engine, Ask):
    @dataclasses.dataclass(frozen=True)
    class Frozen(Exception):
        code: int

    def clause(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body():
        yield Ask()
        raise Frozen(3)

    @engine.do
    def around():
        yield engine.WithHandler(clause, body())

    error = failure(engine, around())
    assert isinstance(error, Frozen)
    assert error.code == 3
    assert len(error.__notes__) == 1
    assert functions(engine, error) == ["caller", "around", "clause", "body"]


def test_rule_21_the_note_of_an_error_delayed_by_an_effect(engine, Ask, Tell):
    """A `finally` that performs an effect holds the error up; its crossings are not lost."""
    program, clause, place = crossing(engine, Ask(1))
    log = []

    def answering(effect, k):
        log.append(effect.value)
        return engine.Resume(k)

    @engine.do
    def outer():
        try:
            yield program
        finally:
            yield Tell("cleanup")

    error = failure(engine, engine.WithHandler(answering, outer()))
    assert log == ["cleanup"]
    (note,) = error.__notes__
    assert f"  Ask(1), performed in {place}, handled by {clause}" in note.split("\n")


def test_rule_21_an_earlier_run_leaves_no_note(engine, Ask):
    """An error that crossed a clause and was caught there is raised by a run that crosses none."""
    error = ValueError("reused")

    def clause(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def body():
        yield Ask()
        raise error

    @engine.do
    def catching():
        for _ in range(30):
            with contextlib.suppress(ValueError):
                yield engine.WithHandler(clause, body())

    @engine.do
    def plain():
        raise error

    engine.run(catching())
    assert failure(engine, plain()) is error
    assert not hasattr(error, "__notes__")
