"""Rules 2, 3 and 5: what a call may return, programs in programs, values that are not touched."""

from __future__ import annotations

import enum
import sys

import pytest

# Rule 2: what a call may return


def test_rule_02_a_generator_is_run(engine):
    def numbers():
        one = yield engine.Pure(1)
        return one + 1

    @engine.do
    def program():
        return numbers()

    assert engine.run(program()) == 2


@pytest.mark.parametrize("value", [None, 0, "text", (1, 2), [], StopIteration(3), ValueError()])
def test_rule_02_any_other_value_is_the_result(engine, value):
    @engine.do
    def plain():
        return value

    @engine.do
    def generator():
        return value
        yield

    assert engine.run(plain()) is value
    assert engine.run(generator()) is value


def test_rule_02_a_program_as_a_result_is_not_run(engine, Ask):
    @engine.do
    def inner():
        raise AssertionError("must not run")

    for program in (inner(), Ask(), engine.Pure(1), engine.Resume(None), inner):

        @engine.do
        def plain(program=program):
            return program

        @engine.do
        def generator(program=program):
            return program
            yield

        assert engine.run(plain()) is program
        assert engine.run(generator()) is program


def test_rule_02_an_iterator_is_a_value(engine):
    iterator = iter([1, 2])

    @engine.do
    def program():
        return iterator

    assert engine.run(program()) is iterator
    assert next(iterator) == 1


def test_rule_02_a_generator_that_ends_at_once(engine):
    @engine.do
    def program():
        if False:
            yield

    assert engine.run(program()) is None


# Rule 3: programs in programs


def test_rule_03_yield_delivers_the_result(engine):
    @engine.do
    def square(x):
        yield engine.Pure()
        return x * x

    @engine.do
    def total():
        a = yield square(3)
        b = yield square(4)
        return a + b

    assert engine.run(total()) == 25


def test_rule_03_yield_from_is_the_same_for_everything_of_ours(engine, Ask):
    @engine.do
    def inner():
        return (yield from engine.Pure("inner"))

    def handler(effect, k):
        return (yield from engine.Resume(k, effect.value))

    def passing(effect, k):
        yield from engine.Pass()

    def transferring(effect, k):
        yield from engine.Transfer(k, (effect.value, "transferred"))

    @engine.do
    def program():
        a = yield from inner()
        b = yield from engine.WithHandler(handler, Ask("asked"))
        c = yield from engine.Pure()
        d = yield from engine.WithHandler(transferring, engine.WithHandler(passing, Ask("again")))
        return a, b, c, d

    expected = ("inner", "asked", None, ("again", "transferred"))
    assert engine.run(program()) == expected


@pytest.mark.parametrize("value", [None, (), (1, 2), StopIteration(5), ValueError(), 0, False])
def test_rule_03_yield_from_gives_back_every_value(engine, value):
    @engine.do
    def program():
        return (yield from engine.Pure(value))

    assert engine.run(program()) is value


def test_rule_03_iter_yields_the_object_once(engine, Ask):
    @engine.do
    def call():
        return None

    programs = [call(), Ask(), engine.Pure(1), engine.WithHandler(None, None)]
    programs += [engine.Resume(None), engine.Transfer(None), engine.Pass()]
    for program in programs:
        assert list(program) == [program]
        iterator = iter(program)
        assert next(iterator) is program
        with pytest.raises(StopIteration):
            next(iterator)
        assert list(program) == [program]


def test_rule_03_yield_from_throws_at_the_yield(engine):
    @engine.do
    def failing():
        raise ValueError("no")

    @engine.do
    def program():
        try:
            yield from failing()
        except ValueError as error:
            return str(error)

    assert engine.run(program()) == "no"


def test_rule_03_a_plain_sub_generator_may_be_delegated_to(engine, Ask):
    def helper(x):
        a = yield Ask(x)
        b = yield from Ask(x + 1)
        return a, b

    @engine.do
    def program():
        return (yield from helper(1))

    def handler(effect, k):
        return (yield engine.Resume(k, effect.value * 10))

    assert engine.run(engine.WithHandler(handler, program())) == (10, 20)


def test_rule_03_locals_live_until_return(engine):
    alive = []

    class Guard:
        def __del__(self):
            alive.append("gone")

    @engine.do
    def inner():
        return list(alive)

    @engine.do
    def program():
        guard = Guard()  # noqa: F841
        return (yield inner())

    assert engine.run(program()) == []
    assert alive == ["gone"]


DEPTH = 20_000


def test_rule_03_recursion_depth_is_not_pythons(engine):
    assert sys.getrecursionlimit() < DEPTH

    @engine.do
    def count(n):
        if n == 0:
            return 0
        return 1 + (yield count(n - 1))

    assert engine.run(count(DEPTH)) == DEPTH


def test_rule_03_recursion_through_yield_from(engine):
    @engine.do
    def count(n):
        if n == 0:
            return 0
        return 1 + (yield from count(n - 1))

    assert engine.run(count(DEPTH)) == DEPTH


def test_rule_03_an_error_unwinds_deep_recursion(engine):
    unwound = []

    @engine.do
    def fail(n):
        if n == 0:
            raise ValueError("bottom")
        try:
            yield fail(n - 1)
        finally:
            unwound.append(n)

    with pytest.raises(ValueError, match="bottom"):
        engine.run(fail(DEPTH))
    assert unwound == list(range(1, DEPTH + 1))


def test_rule_03_a_deep_program_can_be_captured_resumed_and_dropped(engine, Ask):
    closed = []

    @engine.do
    def deep(n):
        if n == 0:
            return (yield Ask())
        try:
            return 1 + (yield deep(n - 1))
        finally:
            closed.append(n)

    def resume(effect, k):
        return (yield engine.Resume(k, 0))

    def abandon(effect, k):
        return "abandoned"
        yield

    assert engine.run(engine.WithHandler(resume, deep(DEPTH))) == DEPTH
    closed.clear()
    assert engine.run(engine.WithHandler(abandon, deep(DEPTH))) == "abandoned"
    assert closed == list(range(1, DEPTH + 1))


# Rule 5: values cross untouched


class _Int(int):
    pass


class _Str(str):
    pass


class _Colour(enum.Enum):
    RED = 1


VALUES = [
    object(),
    _Int(5),
    _Str("text"),
    True,
    10**40,
    float("nan"),
    None,
    NotImplemented,
    Ellipsis,
    (1, 2),
    [],
    {},
    StopIteration(1),
    KeyboardInterrupt(),
    _Colour.RED,
    _Int,
    lambda: None,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_rule_05_values_come_back_as_the_very_object(engine, Ask, value):
    def handler(effect, k):
        assert effect.value is value
        result = yield engine.Resume(k, effect.value)
        assert result is value
        return result

    @engine.do
    def inner(argument):
        assert argument is value
        return (yield Ask(argument))

    @engine.do
    def plain(argument):
        return argument

    @engine.do
    def body():
        a = yield inner(value)
        b = yield plain(value)
        c = yield engine.Pure(value)
        assert a is value
        assert b is value
        assert c is value
        return c

    @engine.do
    def program():
        answer = yield engine.WithHandler(handler, body())
        assert answer is value
        return answer

    assert engine.run(program()) is value


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_rule_05_values_cross_plain_handlers_and_transfers(engine, Ask, value):
    def transferring(effect, k):
        yield engine.Transfer(k, value)

    @engine.do
    def abandoning(effect, k):
        return value

    for handler in (lambda effect, k: engine.Resume(k, value), transferring, abandoning):
        assert engine.run(engine.WithHandler(handler, Ask())) is value


@pytest.mark.parametrize("generator", [True, False])
def test_rule_05_programs_and_generators_as_values(engine, Ask, generator):
    value = (x for x in ()) if generator else engine.Pure(1)

    def handler(effect, k):
        return (yield engine.Resume(k, value))

    @engine.do
    def program():
        answer = yield Ask()
        assert answer is value
        return answer

    assert engine.run(engine.WithHandler(handler, program())) is value
