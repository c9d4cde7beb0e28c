"""Rules 1 to 5: what programs are, how they are run and nested, what may be yielded."""

from __future__ import annotations

import copy
import enum
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


# Rule 1: @do calls


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


# Rule 4: what may be yielded


class _Anything:
    pass


NOT_PROGRAMS = [
    (3, "3 of type 'int'"),
    (None, "None of type 'NoneType'"),
    ("text", "'text' of type 'str'"),
    ([1], "[1] of type 'list'"),
    (True, "True of type 'bool'"),
    (ValueError("x"), "ValueError('x') of type 'ValueError'"),
]
EXPECTED = (
    "is not a program; expected a @do call, an effect (an EffectBase instance), a control "
    "primitive, Pure(value) or an object with to_generator()"
)


@pytest.mark.parametrize(("value", "shown"), NOT_PROGRAMS, ids=[s for _, s in NOT_PROGRAMS])
def test_rule_04_what_is_not_a_program_is_refused_at_the_yield(engine, value, shown):
    @engine.do
    def program():
        try:
            yield value
        except TypeError as error:
            return str(error)

    assert engine.run(program()) == f"{shown} {EXPECTED}"


def test_rule_04_an_uncaught_refusal_leaves_the_run(engine):
    @engine.do
    def program():
        yield 3

    with pytest.raises(TypeError, match="3 of type 'int' is not a program"):
        engine.run(program())


def test_rule_04_the_program_goes_on_after_a_refusal(engine):
    @engine.do
    def program():
        seen = []
        for value in (1, object(), engine.Pure(5)):
            try:
                seen.append((yield value))
            except TypeError:
                seen.append(TypeError)
        return seen

    assert engine.run(program()) == [TypeError, TypeError, 5]


def test_rule_04_classes_are_refused_with_a_hint(engine, Ask):
    class Convertible:
        def to_generator(self):
            yield

    for cls in (Ask, Convertible, engine.EffectBase, engine.Pure, engine.Resume, int):

        @engine.do
        def program(cls=cls):
            yield cls

        with pytest.raises(TypeError) as caught:
            engine.run(program())
        assert EXPECTED in str(caught.value)
        assert str(caught.value).endswith(" (this is a class: did you mean to call it?)")
        with pytest.raises(TypeError, match="did you mean to call it"):
            engine.run(cls)


def test_rule_04_functions_are_refused_with_a_hint(engine):
    @engine.do
    def decorated():
        yield engine.Pure()

    def undecorated():
        yield engine.Pure()

    @engine.do
    def program(value):
        yield value

    with pytest.raises(TypeError) as caught:
        engine.run(program(decorated))
    assert str(caught.value).endswith(" (this is a function: did you mean to call it?)")
    with pytest.raises(TypeError) as caught:
        engine.run(program(undecorated))
    assert str(caught.value).endswith(" (this is a function: decorate it with @do and call it)")


@pytest.mark.parametrize("where", ["yield", "run", "WithHandler"])
def test_rule_04_a_raw_generator_is_refused(engine, where):
    def raw():
        yield engine.Pure()

    generator = raw()

    @engine.do
    def program():
        yield generator

    def handler(effect, k):
        yield

    refused = {
        "yield": program(),
        "run": generator,
        "WithHandler": engine.WithHandler(handler, generator),
    }
    with pytest.raises(TypeError) as caught:
        engine.run(refused[where])
    assert str(caught.value) == (
        f"a raw generator '{raw.__qualname__}' is not a program; "
        "decorate its function with @do and yield the call"
    )
    assert inspect.getgeneratorstate(generator) == inspect.GEN_CREATED


@pytest.mark.parametrize("value", [3, None, "text", _Anything, _Anything()])
def test_rule_04_run_and_with_handler_refuse_what_is_not_a_program(engine, value):
    def handler(effect, k):
        yield

    with pytest.raises(TypeError, match="is not a program; expected a @do call"):
        engine.run(value)
    with pytest.raises(TypeError, match="is not a program; expected a @do call"):
        engine.run(engine.WithHandler(handler, value))


def test_rule_04_a_coroutine_is_refused(engine):
    async def coroutine():
        return 1

    awaitable = coroutine()
    with pytest.raises(TypeError, match="of type 'coroutine' is not a program"):
        engine.run(awaitable)
    awaitable.close()


def test_rule_04_objects_with_to_generator_are_programs(engine, Ask):
    class Convertible:
        def __init__(self, value):
            self.value = value

        def to_generator(self):
            return (self.value, (yield Ask(self.value)))

    def handler(effect, k):
        return (yield engine.Resume(k, effect.value + 1))

    @engine.do
    def program():
        return (yield Convertible(1)), (yield Convertible(2))

    assert engine.run(engine.WithHandler(handler, program())) == ((1, 2), (2, 3))
    assert engine.run(engine.WithHandler(handler, Convertible(5))) == (5, 6)


def test_rule_04_each_start_asks_to_generator_anew(engine):
    class Convertible:
        count = 0

        def to_generator(self):
            self.count += 1
            return self._steps()

        def _steps(self):
            yield engine.Pure()
            return self.count

    convertible = Convertible()

    @engine.do
    def program():
        return (yield convertible), (yield convertible)

    assert engine.run(program()) == (1, 2)


def test_rule_04_to_generator_must_give_a_generator(engine):
    class Wrong:
        def to_generator(self):
            return 3

    class Failing:
        def to_generator(self):
            raise ValueError("no generator")

    @engine.do
    def program(value):
        try:
            yield value
        except (TypeError, ValueError) as error:
            return type(error), str(error)

    kind, message = engine.run(program(Wrong()))
    assert kind is TypeError
    assert "Wrong" in message
    assert "generator" in message
    assert engine.run(program(Failing())) == (ValueError, "no generator")


@pytest.mark.parametrize("state", ["suspended", "finished"])
@pytest.mark.parametrize("source", ["to_generator", "@do", "handler"])
def test_rule_04_a_started_generator_is_refused(engine, Ask, source, state):
    def raw():
        yield engine.Pure()

    generator = raw()
    next(generator)
    if state == "finished":
        generator.close()

    class Convertible:
        def to_generator(self):
            return generator

    @engine.do
    def called():
        return generator

    refused = {
        "to_generator": Convertible(),
        "@do": called(),
        "handler": engine.WithHandler(lambda effect, k: generator, Ask()),
    }[source]

    @engine.do
    def program():
        yield refused

    with pytest.raises(TypeError) as caught:
        engine.run(program())
    assert str(caught.value) == (
        f"generator '{raw.__qualname__}' has already started; the machine needs a new one"
    )


def test_rule_04_a_generator_cannot_be_started_inside_itself(engine):
    class Convertible:
        def to_generator(self):
            return self.generator

    def steps():
        try:
            yield convertible
        except TypeError as error:
            return str(error)

    convertible = Convertible()
    convertible.generator = steps()
    assert "has already started" in engine.run(convertible)


def test_rule_04_a_running_generator_is_refused(engine):
    class Convertible:
        def to_generator(self):
            return self.generator

    def steps():
        try:
            engine.run(convertible)
        except TypeError as error:
            return str(error)
        yield

    convertible = Convertible()
    convertible.generator = steps()
    assert "has already started" in engine.run(convertible)


def test_rule_04_a_huge_or_failing_repr_is_cut(engine):
    class Huge:
        def __repr__(self):
            return "é" * 1_000_000

    class Failing:
        def __repr__(self):
            raise ValueError("repr")

    with pytest.raises(TypeError) as caught:
        engine.run(Huge())
    assert str(caught.value).count("é") in range(70, 81)
    with pytest.raises(TypeError) as caught:
        engine.run(Failing())
    shown = f"<{Failing.__qualname__} object, repr failed> of type '{Failing.__qualname__}'"
    assert str(caught.value).startswith(shown)


@pytest.mark.parametrize("name", ["WithHandler", "Resume", "Transfer", "Pass", "Pure"])
def test_rule_04_nodes_are_final_and_immutable(engine, name):
    cls = getattr(engine, name)
    node = cls(1, 2) if name != "Pure" else cls(1)
    assert not hasattr(node, "__dict__")
    attribute = {"WithHandler": "handler", "Pass": "effect", "Pure": "value"}.get(name, "k")
    assert getattr(node, attribute) == 1
    with pytest.raises((AttributeError, TypeError)):
        setattr(node, attribute, 5)
    assert getattr(node, attribute) == 1
    with pytest.raises(AttributeError):
        node.surprise = 1
    with pytest.raises(TypeError):
        type("Sub", (cls,), {})
    assert isinstance(node, engine.Program)
    assert not isinstance(node, engine.EffectBase)


def test_rule_04_constructors_check_nothing_but_the_arguments(engine):
    node = engine.WithHandler(1, 2, 3)
    assert (node.handler, node.program, node.effects) == (1, 2, 3)
    node = engine.WithHandler(program=2, handler=1)
    assert (node.handler, node.program, node.effects) == (1, 2, None)
    for name in ("Resume", "Transfer"):
        node = getattr(engine, name)(k=1)
        assert (node.k, node.value) == (1, None)
        with pytest.raises(TypeError):
            getattr(engine, name)()
        with pytest.raises(TypeError):
            getattr(engine, name)(1, 2, 3)
        with pytest.raises(TypeError):
            getattr(engine, name)(1, other=2)
    node = engine.Pass()
    assert (node.effect, node.k) == (None, None)
    node = engine.Pass(k=1, effect=2)
    assert (node.effect, node.k) == (2, 1)
    assert engine.Pure().value is None
    assert engine.Pure(value=3).value == 3


def test_rule_04_programs_can_be_subscripted(engine, Ask):
    assert isinstance(engine.Program[int], types.GenericAlias)
    assert engine.Program[int].__args__ == (int,)
    assert engine.EffectBase[int].__origin__ is engine.EffectBase
    assert Ask[int].__origin__ is Ask

    class Typed(engine.EffectBase[int]):
        pass

    assert issubclass(Typed, engine.EffectBase)
    assert issubclass(engine.EffectBase, engine.Program)


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
