"""Rule 29: stores of handlers, lists of handlers, `Safe` and its results."""

from __future__ import annotations

import copy
import pickle

import pytest

from .helpers import answering, failure, functions


def test_rule_29_with_handlers_gives_nested_prompts(engine):
    """The nodes that a program would have written out itself."""

    def inner(effect, k):
        yield

    def outer(effect, k):
        yield

    program = engine.Pure(1)
    node = engine.with_handlers([inner, outer], program)
    assert type(node) is engine.WithHandler
    assert (node.handler, node.effects) == (outer, None)
    assert type(node.program) is engine.WithHandler
    assert node.program.handler is inner
    assert node.program.program is program


@pytest.mark.parametrize("handlers", [None, 3, "ab", {}, iter(()), print])
def test_rule_29_lists_of_handlers_are_lists_or_tuples(engine, handlers):
    with pytest.raises(TypeError, match=r"^run\(\) needs a list or tuple of handlers, got "):
        engine.run(engine.Pure(), handlers=handlers)
    with pytest.raises(TypeError, match=r"^run\(\) needs a list or tuple of handlers, got "):
        engine.VM().run(engine.Pure(), handlers=handlers)
    with pytest.raises(TypeError, match=r"^with_handlers\(\) needs a list or tuple of handlers"):
        engine.with_handlers(handlers, engine.Pure())


@pytest.mark.parametrize("value", [3, "ab", [("a", 1)], {"a"}, object()])
def test_rule_29_stores_are_made_of_mappings(engine, value):
    for make, name in ((engine.state, "state()"), (engine.reader, "reader()")):
        with pytest.raises(TypeError) as caught:
            make(value)
        shown = repr(value)
        assert str(caught.value) == (
            f"{name} needs a mapping, got {shown} of type '{type(value).__qualname__}'"
        )
    for arguments in ({"env": value}, {"state": value}):
        with pytest.raises(TypeError, match="needs a mapping"):
            engine.run(engine.Pure(), **arguments)


def test_rule_29_the_handlers_of_a_run_are_gone_after_it(engine, Ask):
    vm = engine.VM()
    vm.run(Ask(), handlers=[answering(engine, "x")], env={"a": 1}, state={"b": 2})
    for effect in (Ask(), engine.Ask("a"), engine.Get("b")):
        with pytest.raises(engine.UnhandledEffect):
            vm.run(effect)


def test_rule_29_one_handler_object_in_two_places(engine):
    """Of nested installations of one state both are the same store."""
    state = engine.state({"n": 1})

    @engine.do
    def body():
        yield engine.WithHandler(state, engine.Put("n", 2))
        return (yield engine.Get("n"))

    assert engine.run(engine.with_handlers([state, state], body())) == 2


def test_rule_29_nothing_is_rolled_back(engine, Ask):
    """Not when a continuation is abandoned, fails or is closed later."""
    state = engine.state({"n": 0})
    kept = []

    def handler(effect, k):
        if effect.value == "fail":
            raise ValueError("failed")
        if effect.value == "store":
            kept.append(k)
        return "abandoned"
        yield

    @engine.do
    def body(value):
        yield engine.Modify("n", lambda n: n + 1)
        yield Ask(value)

    handlers = [engine.TypedHandler(handler, Ask), state]
    for value in ("abandon", "store", "fail"):
        try:
            engine.run(body(value), handlers=handlers)
        except ValueError:
            assert value == "fail"
    kept.clear()
    assert state.items() == {"n": 3}


# Safe


def test_rule_29_safe_adds_no_frame_and_no_note(engine, Ask):
    """The error has the frames that it crossed before it came to the Safe."""

    def handler(effect, k):
        result = yield engine.Resume(k)
        return result

    @engine.do
    def failing():
        yield Ask()
        raise ValueError("failed")

    @engine.do
    def body():
        return (yield engine.Safe(engine.WithHandler(handler, failing())))

    result = engine.run(body())
    assert type(result) is engine.Err
    assert not hasattr(result.error, "__notes__")
    names = []
    step = result.error.__traceback__
    while step is not None:
        names.append(step.tb_frame.f_code.co_name)
        step = step.tb_next
    assert names == ["handler", "failing"]


def test_rule_29_an_error_of_safe_can_be_raised_again(engine):
    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("failed")

    @engine.do
    def body():
        result = yield engine.Safe(failing())
        raise result.error

    error = failure(engine, body())
    assert functions(engine, error) == ["caller", "body", "failing"]


def test_rule_29_safe_nests(engine):
    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("failed")

    result = engine.run(engine.Safe(engine.Safe(failing())))
    assert type(result) is engine.Ok
    assert type(result.value) is engine.Err
    assert str(result.value.error) == "failed"


def test_rule_29_safe_is_deep(engine):
    """Many of them one inside another, and many one after another."""

    @engine.do
    def nested(n):
        if n == 0:
            raise ValueError("innermost")
        result = yield engine.Safe(nested(n - 1))
        if type(result) is engine.Err:
            raise result.error
        return result.value

    with pytest.raises(ValueError, match="innermost"):
        engine.run(nested(500))

    @engine.do
    def loop():
        for _ in range(2_000):
            yield engine.Safe(engine.Pure())
        return "done"

    assert engine.run(loop()) == "done"


def test_rule_29_safe_does_not_see_what_the_program_catches(engine, Ask):
    def failing(effect, k):
        raise ValueError

    @engine.do
    def body():
        try:
            yield Ask()
        except ValueError:
            return "caught inside"

    result = engine.run(engine.WithHandler(failing, engine.Safe(body())))
    assert result == engine.Ok("caught inside")


def test_rule_29_an_effect_in_a_safe_is_handled_outside(engine, Ask):
    """Safe is no prompt; the handlers in scope are those around it."""

    @engine.do
    def listed():
        return (yield Ask(1)), len((yield engine.GetHandlers()))

    program = engine.WithHandler(answering(engine, "outside"), engine.Safe(listed()))
    assert engine.run(program) == engine.Ok((("outside", 1), 1))


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, BaseException])
def test_rule_29_safe_lets_base_exceptions_pass(engine, kind):
    error = kind("base")

    @engine.do
    def failing():
        yield engine.Pure()
        raise error

    assert failure(engine, engine.Safe(failing())) is error


def test_rule_29_base_exception_groups(engine):
    """An ExceptionGroup is an Exception, a group with a BaseException in it is none."""

    @engine.do
    def failing(error):
        yield engine.Pure()
        raise error

    group = ExceptionGroup("group", [ValueError()])
    assert engine.run(engine.Safe(failing(group))).error is group
    base = BaseExceptionGroup("base", [KeyboardInterrupt()])
    assert failure(engine, engine.Safe(failing(base))) is base


def test_rule_29_results_are_values(engine):
    error = ValueError("e")
    assert repr(engine.Ok([1])) == "Ok([1])"
    assert repr(engine.Err(error)) == "Err(ValueError('e'))"
    assert engine.Ok(1) == engine.Ok(1.0)
    assert engine.Ok(1) != engine.Ok(2)
    assert engine.Ok(error) != engine.Err(error)
    assert hash(engine.Ok("x")) == hash(engine.Ok("x"))
    with pytest.raises(TypeError):
        hash(engine.Ok([]))
    for result in (engine.Ok({"a": 1}), engine.Ok(None)):
        for again in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
            assert type(again) is engine.Ok
            assert again == result
    with pytest.raises((AttributeError, TypeError)):
        engine.Ok(1).value = 2
    with pytest.raises(TypeError):
        type("Sub", (engine.Ok,), {})


def test_rule_29_results_are_no_programs(engine):
    @engine.do
    def body(value):
        try:
            yield value
        except TypeError as error:
            return "is not a program" in str(error)

    for value in (engine.Ok(1), engine.Err(ValueError())):
        assert engine.run(body(value)) is True
        assert not isinstance(value, engine.Program)


def test_rule_29_results_match_by_position(engine):
    Ok, Err = engine.Ok, engine.Err

    def describe(result):
        match result:
            case Ok(value):
                return "ok", value
            case Err(error):
                return "err", str(error)

    assert describe(Ok(1)) == ("ok", 1)
    assert describe(Err(ValueError("e"))) == ("err", "e")
