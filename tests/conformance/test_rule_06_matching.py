"""Rule 6: which handler gets an effect."""

from __future__ import annotations

import abc
import dataclasses
import enum
import gc
from typing import Generic, NamedTuple, TypeVar

import pytest

from .helpers import answering


def never(effect, k):
    """A handler that must not be called."""
    raise AssertionError(f"called for {effect!r}")
    yield


def test_rule_06_the_nearest_handler_answers(engine, Ask):
    @engine.do
    def body():
        return (yield Ask(1))

    inner = engine.WithHandler(answering(engine, "inner"), body())
    assert engine.run(engine.WithHandler(never, inner)) == ("inner", 1)


def test_rule_06_a_handler_gets_the_very_effect_and_a_continuation(engine, Ask):
    performed = Ask(1)
    seen = []

    def handler(effect, k):
        seen.append((effect, type(k), k.used))
        return (yield engine.Resume(k))

    assert engine.run(engine.WithHandler(handler, performed)) is None
    ((effect, kind, used),) = seen
    assert effect is performed
    assert kind is engine.Continuation
    assert used is False


def test_rule_06_a_handler_is_out_of_scope_after_its_body(engine, Ask):
    @engine.do
    def program():
        yield engine.WithHandler(answering(engine, "inner"), Ask(1))
        return (yield Ask(2))

    assert engine.run(engine.WithHandler(answering(engine, "outer"), program())) == ("outer", 2)


def test_rule_06_typed_handlers_pass_over_the_rest(engine, Ask, Tell):
    @engine.do
    def body():
        return (yield Ask(1)), (yield Tell(2))

    inner = engine.WithHandler(answering(engine, "tell"), body(), effects=Tell)
    program = engine.WithHandler(answering(engine, "ask"), inner, effects=(Ask,))
    assert engine.run(program) == (("ask", 1), ("tell", 2))


def test_rule_06_passing_over_makes_no_python_call(engine, Ask, Tell):
    class Silent:
        def __call__(self, effect, k):
            raise AssertionError

        def __getattribute__(self, name):
            raise AssertionError(name)

        def __eq__(self, other):
            raise AssertionError

        __hash__ = None

    program = Ask(1)
    for _ in range(20):
        program = engine.WithHandler(Silent(), program, effects=Tell)
    program = engine.WithHandler(answering(engine, "outer"), program, effects=Ask)
    assert engine.run(program) == ("outer", 1)


def test_rule_06_subclasses_are_accepted(engine, Ask, SubAsk):
    class SubSub(SubAsk):
        pass

    for effect in (SubAsk(1), SubSub(1)):
        program = engine.WithHandler(answering(engine, "base"), effect, effects=Ask)
        assert engine.run(program) == ("base", 1)


def test_rule_06_base_classes_are_not_accepted(engine, Ask, SubAsk):
    inner = engine.WithHandler(never, Ask(1), effects=SubAsk)
    program = engine.WithHandler(answering(engine, "outer"), inner)
    assert engine.run(program) == ("outer", 1)


def test_rule_06_any_base_in_the_mro_counts(engine, Ask, Tell):
    class Both(Ask, Tell):
        pass

    for accepted in (Ask, Tell, Both, engine.EffectBase, (Tell, Ask)):
        program = engine.WithHandler(answering(engine, "typed"), Both(1), effects=accepted)
        assert engine.run(program) == ("typed", 1)


def test_rule_06_every_member_of_a_tuple_counts(engine, Ask, Tell):
    class Other(engine.EffectBase):
        value = 3

    @engine.do
    def body():
        return (yield Ask(1)), (yield Tell(2)), (yield Other())

    inner = engine.WithHandler(answering(engine, "pair"), body(), effects=(Ask, Tell))
    program = engine.WithHandler(answering(engine, "rest"), inner)
    assert engine.run(program) == (("pair", 1), ("pair", 2), ("rest", 3))


def test_rule_06_virtual_subclasses_are_not_accepted(engine):
    class Base(engine.EffectBase, abc.ABC):
        pass

    class Other(engine.EffectBase):
        value = 1

    class Hooked(engine.EffectBase, abc.ABC):
        @classmethod
        def __subclasshook__(cls, other):
            return True

    Base.register(Other)
    assert issubclass(Other, Base)
    assert issubclass(Other, Hooked)
    inner = engine.WithHandler(never, Other(), effects=(Base, Hooked))
    assert engine.run(engine.WithHandler(answering(engine, "real"), inner)) == ("real", 1)


def test_rule_06_the_type_decides_not_a_class_attribute(engine, Ask, Tell):
    class Liar(Tell):
        @property
        def __class__(self):
            return Ask

    liar = Liar(1)
    assert isinstance(liar, Ask)
    inner = engine.WithHandler(never, liar, effects=Ask)
    assert engine.run(engine.WithHandler(answering(engine, "tell"), inner)) == ("tell", 1)


def test_rule_06_a_lie_about_the_class_makes_no_effect(engine, Ask):
    class Liar:
        @property
        def __class__(self):
            return Ask

    assert isinstance(Liar(), engine.EffectBase)
    with pytest.raises(TypeError, match="is not a program"):
        engine.run(Liar())


@pytest.mark.parametrize("case", ["empty", "int", "instance", "list", "nested", "other", "mixed"])
def test_rule_06_bad_effects_are_refused_at_the_yield(engine, Ask, case):
    bad = {
        "empty": (),
        "int": int,
        "instance": Ask(),
        "list": [Ask],
        "nested": (Ask, (Ask,)),
        "other": "Ask",
        "mixed": (Ask, int),
    }[case]

    @engine.do
    def program():
        try:
            yield engine.WithHandler(never, engine.Pure(1), effects=bad)
        except TypeError as error:
            return str(error)

    message = engine.run(program())
    assert message.startswith(f"effects={repr(bad)[:70]}")
    assert message.endswith(" is not a subclass of EffectBase or a non-empty tuple of them")
    with pytest.raises(TypeError, match="effects="):
        engine.run(engine.WithHandler(never, engine.Pure(1), effects=bad))


def test_rule_06_program_is_not_an_effect_class(engine):
    with pytest.raises(TypeError, match="effects="):
        engine.run(engine.WithHandler(never, engine.Pure(1), effects=engine.Program))


@pytest.mark.parametrize("handler", [3, None, "handler"])
def test_rule_06_a_handler_must_be_callable(engine, handler):
    @engine.do
    def program():
        try:
            yield engine.WithHandler(handler, engine.Pure(1))
        except TypeError as error:
            return str(error)

    assert engine.run(program()) == (
        f"handler {handler!r} of type '{type(handler).__name__}' is not callable; "
        "expected a function (effect, k)"
    )


def test_rule_06_many_typed_handlers(engine, Ask, Tell):
    @engine.do
    def body():
        total = 0
        for _ in range(10):
            total += (yield Ask(1))[1]
        return total

    program = body()
    for _ in range(1_000):
        program = engine.WithHandler(never, program, effects=Tell)
    assert engine.run(engine.WithHandler(answering(engine, "far"), program)) == 10


def test_rule_06_a_frozen_slotted_dataclass_is_an_effect(engine):
    @dataclasses.dataclass(frozen=True, slots=True)
    class Get(engine.EffectBase):
        key: str
        value: int = 0

    assert not hasattr(Get("a"), "__dict__")
    program = engine.WithHandler(answering(engine, "got"), Get("a", 3), effects=Get)
    assert engine.run(program) == ("got", 3)


def test_rule_06_an_exception_can_be_an_effect(engine):
    class Failure(engine.EffectBase, ValueError):
        value = 1

    class Other(ValueError, engine.EffectBase):
        value = 2

    for cls in (Failure, Other):
        program = engine.WithHandler(answering(engine, "f"), cls("text"), effects=cls)
        assert engine.run(program) == ("f", cls.value)

        @engine.do
        def raising(cls=cls):
            raise cls("raised")

        with pytest.raises(cls):
            engine.run(engine.WithHandler(never, raising()))


def test_rule_06_an_enum_can_be_an_effect(engine):
    class Signal(engine.EffectBase, enum.Enum):
        GO = "go"
        STOP = "stop"

    @engine.do
    def body():
        return (yield Signal.GO), (yield from Signal.STOP)

    program = engine.WithHandler(answering(engine, "s"), body(), effects=Signal)
    assert engine.run(program) == (("s", "go"), ("s", "stop"))


def test_rule_06_a_generic_class_can_be_an_effect(engine):
    T = TypeVar("T")

    class Get(engine.EffectBase, Generic[T]):
        value = 1

    class GetOther(Generic[T], engine.EffectBase):
        value = 2

    for cls in (Get, GetOther):
        alias = cls[int]
        program = engine.WithHandler(answering(engine, "g"), alias(), effects=cls)
        assert engine.run(program) == ("g", cls.value)


def test_rule_06_slots_tuples_and_strings_can_be_effects(engine):
    class Slotted(engine.EffectBase):
        __slots__ = ("value",)

        def __init__(self, value):
            self.value = value

    class Text(engine.EffectBase, str):
        value = "text"

    class Point(NamedTuple):
        x: int
        value: int

    class Located(engine.EffectBase, Point):
        pass

    assert not hasattr(Slotted(1), "__dict__")
    cases = ((Slotted(1), 1), (Text("t"), "text"), (Located(1, 2), 2))
    for effect, expected in cases:
        program = engine.WithHandler(answering(engine, "e"), effect, effects=type(effect))
        assert engine.run(program) == ("e", expected)


def test_rule_06_an_effect_with_to_generator_is_still_performed(engine):
    class Both(engine.EffectBase):
        value = 1

        def to_generator(self):
            raise AssertionError
            yield

    assert engine.run(engine.WithHandler(answering(engine, "e"), Both())) == ("e", 1)


def test_rule_06_an_effect_that_is_false_and_equal_to_nothing(engine):
    class Odd(engine.EffectBase):
        value = 1
        __hash__ = None

        def __bool__(self):
            return False

        def __eq__(self, other):
            raise AssertionError

        def __len__(self):
            return 0

    assert engine.run(engine.WithHandler(answering(engine, "odd"), Odd())) == ("odd", 1)


def test_rule_06_effects_may_be_a_tuple_of_any_class(engine, Ask):
    class Accepted(tuple):
        pass

    @engine.do
    def body():
        return (yield Ask())

    def answer(effect, k):
        return engine.Resume(k, 1)

    program = engine.WithHandler(answer, body(), effects=Accepted((Ask,)))
    assert engine.run(program) == 1


def test_rule_06_the_mro_at_the_time_of_performing_decides(engine):
    class First(engine.EffectBase):
        pass

    class Second(engine.EffectBase):
        pass

    class Changing(First):
        pass

    @engine.do
    def body():
        before = yield Changing()
        Changing.__bases__ = (Second,)
        return before, (yield Changing())

    def answering(value):
        return lambda effect, k: engine.Resume(k, value)

    inner = engine.WithHandler(answering("second"), body(), effects=Second)
    program = engine.WithHandler(answering("outer"), inner)
    assert engine.run(program) == ("outer", "second")


def test_rule_06_each_change_of_the_mro_counts(engine):
    """After two changes, the second MRO may lie where the first one was."""
    bases = [type(name, (engine.EffectBase,), {}) for name in ("First", "Second", "Third")]

    def answering(value):
        return lambda effect, k: engine.Resume(k, value)

    for _ in range(50):
        changing = type("Changing", (bases[0],), {})
        program = changing()
        for base in bases:
            program = engine.WithHandler(answering(base.__name__), program, effects=base)
        assert engine.run(program) == "First"
        changing.__bases__ = (bases[1],)
        changing.__bases__ = (bases[2],)
        assert engine.run(program) == "Third"


def test_rule_06_a_class_is_matched_in_finalizers_that_run_when_it_is_garbage(engine):
    """The collector tells of a class's end before it calls finalizers, which still use it."""
    answers = []

    class Other(engine.EffectBase):
        pass

    def leave_garbage(kept):
        class Garbage(engine.EffectBase):
            pass

        class Last:
            def __del__(self):
                # A set of types that was freed too early would be used again for these.
                for kind in (Other, type("Further", (engine.EffectBase,), {})):
                    engine.run(engine.WithHandler(answering("new"), kind(), effects=kind))
                program = engine.Resume(self.k, "resumed")
                answers.append(engine.run(engine.WithHandler(answering("outer"), program)))
                kept.append(Garbage)

        last = Last()

        def hold_the_first(effect, k):
            if not hasattr(last, "k"):
                last.k = k
                return engine.Pure("held")
            return engine.Resume(k, ("typed", type(effect).__name__))

        @engine.do
        def body():
            return (yield Garbage()), (yield Garbage()), (yield Other())

        last.cycle = last, Garbage
        return engine.run(engine.WithHandler(hold_the_first, body(), effects=Garbage))

    def answering(value):
        return lambda effect, k: engine.Resume(k, value)

    kept = []
    assert leave_garbage(kept) == "held"
    gc.collect()
    assert answers == [("resumed", ("typed", "Garbage"), "outer")]

    # It has come back, and is an effect like others, with handlers of its own.
    (Back,) = kept
    program = engine.WithHandler(answering("other"), Back(), effects=Other)
    program = engine.WithHandler(answering("back"), program, effects=Back)
    assert engine.run(program) == "back"
