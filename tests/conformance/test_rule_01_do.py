"""Rule 1: what `@do` makes."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import sys
import types

import pytest

PICKLED_SOURCE = '''
"""Programs that can be found by name."""

@engine.do
def add(a, b=2, *, c=3):
    """Adds."""
    return a + b + c
    yield

class Scope:
    def __init__(self, base):
        self.base = base

    def __eq__(self, other):
        return self.base == other.base

    @engine.do
    def method(self, x):
        return self.base + x

    @staticmethod
    @engine.do
    def static(x):
        return x * 2

    @classmethod
    @engine.do
    def build(cls, x):
        return cls.__name__, x
'''


@pytest.fixture
def named(engine, monkeypatch):
    """A module with `@do` functions, found by name as pickle needs."""
    module = types.ModuleType(f"named_{engine.__name__}")
    module.engine = engine
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(PICKLED_SOURCE, vars(module))
    return module


def test_rule_01_call_is_lazy(engine):
    ran = []

    @engine.do
    def program():
        ran.append(1)
        yield engine.Pure()

    call = program()
    assert ran == []
    engine.run(call)
    assert ran == [1]


def test_rule_01_plain_function_is_lazy_too(engine):
    ran = []

    @engine.do
    def program(x):
        ran.append(x)
        return x

    call = program(7)
    assert ran == []
    assert engine.run(call) == 7
    assert ran == [7]


def test_rule_01_each_start_calls_the_function_anew(engine):
    starts = []

    @engine.do
    def program(x):
        starts.append(x)
        return (yield engine.Pure(len(starts)))

    call = program(5)

    @engine.do
    def twice():
        first = yield call
        second = yield call
        return first, second

    assert engine.run(call) == 1
    assert engine.run(twice()) == (2, 3)
    assert starts == [5, 5, 5]


def test_rule_01_wrong_arguments_are_a_type_error_at_the_start(engine):
    @engine.do
    def needs_one(x):
        return x
        yield

    call = needs_one()
    bad_keyword = needs_one(1, y=2)

    @engine.do
    def caller():
        errors = []
        for program in (call, bad_keyword):
            try:
                yield program
            except TypeError as error:
                errors.append(str(error))
        return errors

    with pytest.raises(TypeError, match="needs_one"):
        engine.run(call)
    missing, unexpected = engine.run(caller())
    assert "missing 1 required positional argument: 'x'" in missing
    assert "unexpected keyword argument 'y'" in unexpected


def test_rule_01_keeps_name_docstring_signature_and_types(engine):
    def plain(a: int, b: str = "x", *args: float, c: bytes, **rest: bool) -> list:
        """What it does."""

    plain.extra = [1]
    program = engine.do(plain)
    assert isinstance(program, engine.DoFunction)
    assert program.__wrapped__ is plain
    assert program.__name__ == "plain"
    assert program.__qualname__ == plain.__qualname__
    assert program.__doc__ == "What it does."
    assert program.__module__ == __name__
    assert program.extra is plain.extra
    assert inspect.signature(program) == inspect.signature(plain)
    assert inspect.get_annotations(inspect.unwrap(program)) == plain.__annotations__


def test_rule_01_attributes_of_a_call(engine):
    def plain(*args, **kwargs):
        return args, kwargs

    marker = object()
    call = engine.do(plain)(marker, 2, key=3)
    assert isinstance(call, engine.DoCall)
    assert isinstance(call, engine.Program)
    assert call.function is plain
    assert call.args[0] is marker
    assert call.args == (marker, 2)
    assert call.kwargs == {"key": 3}
    call.kwargs["key"] = 4
    call.kwargs["other"] = 5
    assert call.kwargs == {"key": 3}
    assert engine.run(call) == ((marker, 2), {"key": 3})


def test_rule_01_the_callers_dict_is_not_shared(engine):
    @engine.do
    def program(**kwargs):
        kwargs["added"] = True
        return sorted(kwargs)

    options = {"a": 1}
    call = program(**options)
    options["b"] = 2
    assert engine.run(call) == ["a", "added"]
    assert engine.run(call) == ["a", "added"]
    assert call.kwargs == {"a": 1}


@pytest.mark.parametrize("as_generator", [True, False])
def test_rule_01_defaults_and_keyword_only(engine, as_generator):
    if as_generator:

        @engine.do
        def program(a, b=2, /, c=3, *rest, d, e=5, **more):
            yield engine.Pure()
            return a, b, c, rest, d, e, more
    else:

        @engine.do
        def program(a, b=2, /, c=3, *rest, d, e=5, **more):
            return a, b, c, rest, d, e, more

    assert engine.run(program(1, d=4)) == (1, 2, 3, (), 4, 5, {})
    assert engine.run(program(1, 20, 30, 31, d=4, e=6, a=9)) == ((1, 20, 30, (31,), 4, 6, {"a": 9}))


def test_rule_01_keyword_arguments_named_like_our_own_parameters(engine):
    @engine.do
    def program(self=0, function=0, args=0, kwargs=0):
        return self, function, args, kwargs

    call = program(self=1, function=2, args=3, kwargs=4)
    assert engine.run(call) == (1, 2, 3, 4)


def test_rule_01_method_classmethod_staticmethod(engine):
    class Scope:
        base = 10

        @engine.do
        def method(self, x, *, y=1):
            yield engine.Pure()
            return self.base, x, y

        @classmethod
        @engine.do
        def inner_class(cls, x):
            return cls, x

        @engine.do
        @classmethod
        def outer_class(cls, x):
            return cls, x

        @staticmethod
        @engine.do
        def inner_static(x, *, y=1):
            return x, y

        @engine.do
        @staticmethod
        def outer_static(x, *, y=1):
            return x, y

    class Sub(Scope):
        base = 20

    assert engine.run(Scope().method(1)) == (10, 1, 1)
    assert engine.run(Sub().method(1, y=2)) == (20, 1, 2)
    assert engine.run(Scope.method(Sub(), 1)) == (20, 1, 1)
    bound = Sub().method
    assert bound.__name__ == "method"
    assert engine.run(bound(3)) == (20, 3, 1)
    for name in ("inner_class", "outer_class"):
        assert engine.run(getattr(Scope, name)(1)) == (Scope, 1)
        assert engine.run(getattr(Sub, name)(1)) == (Sub, 1)
        assert engine.run(getattr(Sub(), name)(1)) == (Sub, 1)
    for name in ("inner_static", "outer_static"):
        assert engine.run(getattr(Scope, name)(1, y=3)) == (1, 3)
        assert engine.run(getattr(Sub(), name)(1)) == (1, 1)


def test_rule_01_rewraps_staticmethod_and_classmethod_objects(engine):
    def function():
        return 1

    assert type(engine.do(staticmethod(function))) is staticmethod
    assert type(engine.do(classmethod(function))) is classmethod
    assert isinstance(engine.do(staticmethod(function)).__func__, engine.DoFunction)


@pytest.mark.parametrize(
    ("function", "expected"),
    [(len, 2), (functools.partial(max, (9,)), (9,)), (tuple, (3, 5)), (lambda x: x[0], 3)],
    ids=["builtin", "partial", "class", "lambda"],
)
def test_rule_01_any_callable_can_be_decorated(engine, function, expected):
    assert engine.run(engine.do(function)((3, 5))) == expected


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_rule_01_calls_and_functions_pickle(engine, named, protocol):
    def again(value):
        return pickle.loads(pickle.dumps(value, protocol))

    assert again(named.add) is named.add
    call = again(named.add(1, c=4))
    assert call.function is named.add.__wrapped__
    assert (call.args, call.kwargs) == ((1,), {"c": 4})
    assert engine.run(call) == 7
    assert engine.run(again(named.Scope(10).method(5))) == 15
    assert engine.run(again(named.Scope.static(4))) == 8


def test_rule_01_a_call_of_a_class_method_pickles(engine, named):
    call = pickle.loads(pickle.dumps(named.Scope.build(3)))
    assert engine.run(call) == ("Scope", 3)


def test_rule_01_nested_calls_pickle_with_their_arguments(engine, named):
    call = pickle.loads(pickle.dumps(named.add(named.add(1), named.add(2))))
    assert all(isinstance(argument, engine.DoCall) for argument in call.args)
    assert engine.run(call.args[0]) == 6


def test_rule_01_a_call_does_not_pickle_when_its_arguments_do_not(engine, named):
    with pytest.raises(Exception, match="pickle"):
        pickle.dumps(named.add(lambda: 1))


def test_rule_01_a_call_copies(engine, named):
    call = named.Scope(1).method(2)
    for duplicate in (copy.copy(call), copy.deepcopy(call)):
        assert engine.run(duplicate) == 3


def test_rule_01_async_def_is_refused_at_once(engine):
    async def coroutine():
        return 1

    async def async_generator():
        yield 1

    for function in (coroutine, async_generator):
        with pytest.raises(TypeError) as caught:
            engine.do(function)
        assert str(caught.value) == (
            "@do needs a plain or generator function, "
            f"but '{function.__qualname__}' is an async def"
        )


@pytest.mark.parametrize("wrap", [staticmethod, classmethod])
def test_rule_01_async_def_is_refused_inside_a_static_or_class_method(engine, wrap):
    async def coroutine():
        return 1

    with pytest.raises(TypeError, match="is an async def"):
        engine.do(wrap(coroutine))


@pytest.mark.parametrize("value", [3, None, "f", [len]])
def test_rule_01_what_is_not_callable_is_refused(engine, value):
    with pytest.raises(TypeError):
        engine.do(value)
