"""Rule 4: what may be yielded, and what is refused."""

from __future__ import annotations

import inspect
import types

import pytest


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
    attribute = {"WithHandler": "handler", "Pass": "effect", "Pure": "value"}.get(name, "k")
    assert getattr(node, attribute) == 1
    with pytest.raises((AttributeError, TypeError)):
        setattr(node, attribute, 5)
    assert getattr(node, attribute) == 1
    # doeff's nodes have a `__dict__`, which no field is read from.
    assert hasattr(node, "__dict__") == (engine.__name__ == "doeff_vm")
    if hasattr(node, "__dict__"):
        node.__dict__[attribute] = 5
        assert getattr(node, attribute) == 1
    else:
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
