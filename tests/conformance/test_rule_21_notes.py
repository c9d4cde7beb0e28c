"""Rule 21: the note that lists the clauses crossed."""

from __future__ import annotations

import contextlib
import dataclasses
import weakref

import pytest

from .helpers import failure, functions

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


@pytest.mark.parametrize("kind", ["Safe", "TailCall", "WithHandler"])
def test_rule_21_the_note_of_a_clause_without_a_generator(engine, Ask, kind):
    """The handler call returned a program of ours: the note names the handler."""

    @engine.do
    def resuming(k):
        yield engine.Resume(k)
        raise KeyboardInterrupt

    def unused(effect, k):
        yield

    def handler(effect, k):
        return {
            "Safe": engine.Safe(resuming(k)),
            "TailCall": engine.TailCall(engine.Safe(resuming(k))),
            "WithHandler": engine.WithHandler(unused, resuming(k)),
        }[kind]

    error = failure(engine, engine.WithHandler(handler, Ask()))
    (note,) = error.__notes__
    header, line = note.splitlines()
    assert header == HEADER
    assert line == f"  Ask(None), performed in no generator, handled by {handler.__qualname__}"


@pytest.mark.parametrize("raised", [ValueError, StopIteration])
def test_rule_21_a_clause_that_is_a_program_has_that_programs_name(engine, Ask, raised):
    @engine.do
    def clause(effect, k):
        yield engine.Resume(k)
        raise raised(1)

    def handler(effect, k):
        return clause(effect, k)

    with pytest.raises((ValueError, RuntimeError)) as caught:
        engine.run(engine.WithHandler(handler, Ask(1)))
    (note,) = caught.value.__notes__
    assert note.endswith("<locals>.clause")
