"""Rule 21: tracebacks."""

from __future__ import annotations

import contextlib
import os
import traceback

from .helpers import failure, functions


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
