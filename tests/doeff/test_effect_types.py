"""What `_effect_types` reads from annotations, marks and base classes."""

from __future__ import annotations

import functools
import re
import types
import typing
import warnings
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

import pytest
from doeff_vm import EffectBase, HandlerSpec, state
from doeff_vm._effect_types import (
    PassedEffects,
    ProgramSignature,
    check_handler_annotation,
    declare_passes,
    effect_result_type,
    handler_effect_types,
    handler_spec,
    program_signature,
)


def shown(value: object) -> str:
    """The repr of a value without its address, so that tests have the same names in each run."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


T = TypeVar("T")
U = TypeVar("U")


class Ask(EffectBase):
    pass


class Tell(EffectBase):
    pass


class Child(Ask):
    pass


class Marker:
    pass


class Box(Generic[T]):
    pass


class MyInt(int):
    pass


@typing.runtime_checkable
class Keyed(typing.Protocol):
    key: str


class Static(typing.Protocol):
    key: str


class Outer:
    class Inner(dict):
        pass


def annotated(annotation: object) -> Callable[..., None]:
    """A new handler, always of the same code, with this annotation of its effect."""

    def clause(effect, k):
        pass

    clause.__annotations__ = {"effect": annotation}
    return clause


def marked(function: types.FunctionType, lines: object = (3, 4)) -> types.FunctionType:
    """The function in a wrapper with the marks that doeff's decorator leaves."""

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    wrapper.__dict__.pop("__doeff_handler_spec__", None)  # copied from a function already used
    wrapper.__doeff_generator_function__ = function
    wrapper.__doeff_tail_resume_lines__ = lines
    return wrapper


ADMITTED = [
    (Ask, (Ask,)),
    (Marker, (Marker,)),
    (Ask | Tell, (Ask, Tell)),
    (Tell | Ask | Tell, (Tell, Ask)),
    (typing.Union[Ask, Child], (Ask, Child)),  # noqa: UP007
    (typing.Annotated[Ask | Tell, "note"], (Ask, Tell)),
    (typing.Annotated[Tell, 1] | Ask, (Tell, Ask)),
    (Box[int], (Box,)),
    (EffectBase[int] | Ask, (EffectBase, Ask)),
    (Keyed, (Keyed,)),
    ("Ask", (Ask,)),
    (" Ask", (Ask,)),
    ("Ask | Tell", (Ask, Tell)),
    ("'Ask'", (Ask,)),
    ("typing.Annotated[Ask, 1]", (Ask,)),
]

ALL = [
    Any,
    object,
    EffectBase,
    None,
    "None",
    Ask | Any,
    object | Tell,
    EffectBase | Ask,
    T,
    T | Ask,
    typing.Literal["Ask"],
    Static,
    typing.Union["Ask", Tell],
    typing.NewType("New", Ask),
    3,
    [Ask],
    (Ask, Tell),
]

REFUSED = [
    (str, "str"),
    (bool, "bool"),
    (type(None), "NoneType"),
    (Ask | None, "NoneType"),
    (typing.Optional[Ask], "NoneType"),  # noqa: UP045
    (Ask | dict, "dict"),
    (dict | Any, "dict"),
    (list[int], "list"),
    (type[Ask], "type"),
    (Exception, "Exception"),
    (MyInt, "MyInt"),
    (Outer.Inner, "Outer.Inner"),
    ("int", "int"),
    (HandlerSpec, "HandlerSpec"),
]

UNRESOLVED = ["NoSuchName", "typing.NoSuchName", "Ask |", "Ask | 3", "'Ask |'", ""]


@pytest.mark.parametrize(("annotation", "expected"), ADMITTED, ids=shown)
def test_an_annotation_names_effect_types(annotation: object, expected: tuple[type, ...]) -> None:
    assert handler_effect_types(annotated(annotation)) == expected


@pytest.mark.parametrize("annotation", ALL, ids=shown)
def test_what_names_no_class_below_effects_admits_all(annotation: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert handler_effect_types(annotated(annotation)) is None


@pytest.mark.parametrize(("annotation", "name"), REFUSED, ids=shown)
@pytest.mark.parametrize("reader", [check_handler_annotation, handler_effect_types, handler_spec])
def test_a_class_of_no_effect_is_refused(
    reader: Callable[[object], object], annotation: object, name: str
) -> None:
    handler = annotated(annotation)
    line = handler.__code__.co_firstlineno
    with pytest.raises(TypeError) as raised:
        reader(handler)
    assert str(raised.value) == (
        f"handler annotated.<locals>.clause (defined at {__file__}:{line}): the annotation of "
        f"effect parameter 'effect' names {name}, which no effect can be an instance of, so the "
        "handler would never be called. Annotate it with the effect class it handles (a subclass "
        "of EffectBase, e.g. effect: MyEffect), or with EffectBase to receive every effect."
    )
    context: Any = raised.value.__context__
    assert context.annotation_type.__qualname__ == name


@pytest.mark.parametrize("text", UNRESOLVED, ids=shown)
def test_text_without_a_value_warns_once_and_admits_all(text: str) -> None:
    handler = annotated(text)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert handler_effect_types(handler) is None
        assert handler_effect_types(handler) is None
        assert handler_spec(handler).effect_types is None
    (warning,) = caught
    assert warning.category is RuntimeWarning
    assert str(warning.message) == (
        "handler annotated.<locals>.clause: the annotation of effect parameter 'effect' cannot be "
        "evaluated at runtime, so the handler receives every effect (no type filter). "
        "Import the effect type at runtime to get the filter."
    )
    assert (warning.filename, warning.lineno) == (__file__, handler.__code__.co_firstlineno)


def test_other_errors_of_text_are_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        handler_effect_types(annotated("1 / 0"))


def test_text_that_names_itself_has_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "Circle", "Circle")
    with pytest.warns(RuntimeWarning):
        assert handler_effect_types(annotated("Circle")) is None


def test_a_check_leaves_text_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = annotated("Later")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_handler_annotation(handler)
    monkeypatch.setitem(globals(), "Later", Tell)
    assert handler_effect_types(handler) == (Tell,)


def test_functions_of_one_code_do_not_share_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    annotations = [Ask, Tell, Ask | Tell, Tell | Ask, "Ask", "Tell", Any]
    handlers = [annotated(annotation) for annotation in annotations]
    expected = [(Ask,), (Tell,), (Ask, Tell), (Tell, Ask), (Ask,), (Tell,), None]
    assert [handler_effect_types(handler) for handler in handlers] == expected
    assert [handler_effect_types(handler) for handler in handlers] == expected
    elsewhere = types.FunctionType(handlers[0].__code__, {"Ask": Tell})
    elsewhere.__annotations__ = {"effect": "Ask"}
    assert handler_effect_types(elsewhere) == (Tell,)
    monkeypatch.setitem(globals(), "Ask", Child)
    assert handler_effect_types(annotated("Ask")) == (Child,)


# On which parameter of which function.


def two(effect: Ask, k: object) -> None:
    pass


def four(a: Marker, b: Tell, effect: Ask, k: object) -> None:
    pass


class Owner:
    def method(self, effect: Ask, k: object) -> None:
        pass

    @classmethod
    def of_class(cls, effect: Ask, k: object) -> None:
        pass

    @staticmethod
    def static(effect: Ask, k: object) -> None:
        pass

    def __call__(self, effect: Tell, k: object) -> None:
        pass

    wrapped = marked(method)


def wraps(function: object) -> Callable[..., None]:
    def wrapper(*args: object) -> None:
        pass

    wrapper.__wrapped__ = function
    return wrapper


SUBJECTS = [
    (two, (Ask,)),
    (marked(two), (Ask,)),
    (marked(marked(two)), (Ask,)),
    (wraps(Owner().method), (Ask,)),
    (wraps(functools.partial(four, 1, 2)), (Ask,)),
    (wraps(3), None),
    (functools.partial(four, 1), (Tell,)),
    (functools.partial(functools.partial(four, 1), 2), (Ask,)),
    (functools.partial(four, 1, 2, 3), None),
    (functools.partial(four, b=2), (Marker,)),
    (functools.partial(four, 1, 2, 3, 4), None),
    (Owner().method, (Ask,)),
    (Owner.of_class, (Ask,)),
    (Owner.static, (Ask,)),
    (Owner.method, None),
    (Owner().wrapped, (Ask,)),
    (functools.partial(Owner().method), (Ask,)),
    (types.MethodType(functools.partial(four, 1), 2), (Ask,)),
    (Owner(), (Tell,)),
    (Owner, None),
    (len, None),
    (functools.lru_cache(two), None),
    (lambda effect, k: None, None),
    (lambda *args: None, None),
    (lambda *, effect, k: None, None),
    (state({}), None),
    (3, None),
    (None, None),
]


@pytest.mark.parametrize(("handler", "expected"), SUBJECTS, ids=shown)
def test_callables_are_looked_through(handler: object, expected: object) -> None:
    assert handler_effect_types(handler) == expected
    assert handler_spec(handler).effect_types == expected
    check_handler_annotation(handler)


def test_a_wrapper_of_itself_is_read_as_it_is() -> None:
    def clause(effect: Ask, k: object) -> None:
        pass

    clause.__wrapped__ = clause
    assert handler_effect_types(clause) == (Ask,)


def test_wrappers_of_each_other_have_no_annotation() -> None:
    first, second = wraps(None), wraps(None)
    first.__wrapped__, second.__wrapped__ = second, first
    assert handler_effect_types(first) is None


# The spec.


def test_a_spec_is_made_once_for_a_function() -> None:
    handler = annotated(Ask)
    spec = handler_spec(handler)
    handler.__annotations__["effect"] = Tell
    assert handler_spec(handler) is spec
    assert handler.__doeff_handler_spec__ is spec
    del handler.__doeff_handler_spec__
    assert handler_spec(handler).effect_types == (Ask,)  # found once, too
    del handler.__doeff_handler_spec__
    del handler.__doeff_effect_types__
    assert handler_spec(handler).effect_types == (Tell,)


def test_a_spec_is_not_kept_on_other_objects() -> None:
    owner = Owner()
    assert handler_spec(owner) is not handler_spec(owner)
    assert handler_spec(owner.method) is not handler_spec(owner.method)
    assert not vars(owner)


def test_a_spec_has_the_marks_of_a_function() -> None:
    spec = handler_spec(marked(two))
    assert (spec.generator_function, spec.tail_resume_lines, spec.passed) == (two, (3, 4), None)
    bare = handler_spec(annotated(Ask))
    assert (bare.generator_function, bare.tail_resume_lines, bare.passed) == (None, (), None)


def test_a_spec_has_the_marks_of_a_method_bound_alike() -> None:
    owner = Owner()
    spec = handler_spec(owner.wrapped)
    assert spec.generator_function.__self__ is owner
    assert spec.generator_function.__func__ is Owner.wrapped.__doeff_generator_function__
    assert spec.tail_resume_lines == (3, 4)


def test_marks_of_other_objects_are_not_read() -> None:
    owner = Owner()
    owner.__doeff_generator_function__ = two
    owner.__doeff_handler_spec__ = "kept"
    assert handler_spec(owner).generator_function is None


def test_lines_must_be_numbers() -> None:
    with pytest.raises(TypeError):
        handler_spec(marked(two, lines=None))
    with pytest.raises(TypeError):
        handler_spec(marked(two, lines=("x",)))


# Effects passed on.

PASSED = [
    (lambda: (Ask, ()), PassedEffects((Ask,), ())),
    (lambda: ((Ask, Tell), [Child]), PassedEffects((Ask, Tell), (Child,))),
    (lambda: (NoSuchName, ()), None),  # noqa: F821
    (lambda: (typing.NoSuchName, ()), None),
    (lambda: (3, ()), None),
    (lambda: ([Ask], ()), None),
    (lambda: (Ask | Tell, ()), None),
    (lambda: ((), (Tell,)), None),
    (lambda: (Ask, (3,)), None),
]


@pytest.mark.parametrize(("source", "expected"), PASSED)
def test_what_is_passed_on_is_asked_once(
    source: Callable[[], tuple[object, object]], expected: PassedEffects | None
) -> None:
    asked = []

    def counted() -> tuple[object, object]:
        asked.append(source)
        return source()

    handler = annotated(Any)
    assert declare_passes(handler, counted) is handler
    assert not asked
    assert handler_spec(handler).passed == expected
    assert handler_spec(handler).passed == expected
    assert len(asked) == 1


@pytest.mark.parametrize("answer", [Ask, None, (Ask, None), (Ask, Tell)])
def test_a_declaration_of_another_shape_is_refused(answer: object) -> None:
    with pytest.raises(TypeError):
        handler_spec(declare_passes(annotated(Any), lambda: answer))


# Types of answers, effects and results.


class Read(EffectBase[int]):
    pass


class Write(EffectBase[T]):
    pass


class Two(Write[U], Generic[U]):
    pass


class TwoBytes(Two[bytes]):
    pass


class Listed(EffectBase[list[T]]):
    pass


class Mixed(Marker, Read):
    pass


ANSWERS = [
    (EffectBase, Any),
    (Ask, Any),
    (Read, int),
    (Read(), int),
    (Write, T),
    (Two, U),
    (TwoBytes, bytes),
    (Listed, list[T]),
    (Mixed, int),
    (Marker, Any),
    (3, Any),
]


@pytest.mark.parametrize(("effect", "expected"), ANSWERS, ids=shown)
def test_the_type_of_an_answer_is_that_of_the_base(effect: object, expected: object) -> None:
    assert effect_result_type(effect) == expected


SIGNATURES = [
    (Generator[Ask, Any, int], ProgramSignature((Ask,), int)),
    (Generator[Ask | Tell, None, None], ProgramSignature((Ask, Tell), None)),
    (Generator[Any, Any, str], ProgramSignature(None, str)),
    ("Generator[Ask, object, int]", ProgramSignature((Ask,), int)),
    ("Generator[Missing, object, int]", ProgramSignature(None, Any)),
    (typing.Iterator[Ask], ProgramSignature(None, Any)),
    (int, ProgramSignature(None, Any)),
    (None, ProgramSignature(None, Any)),
]


@pytest.mark.parametrize(("annotation", "expected"), SIGNATURES, ids=shown)
def test_a_signature_is_that_of_the_generator(
    annotation: object, expected: ProgramSignature
) -> None:
    def program() -> None:
        pass

    program.__annotations__ = {"return": annotation}
    assert program_signature(program) == expected
    assert program_signature(marked(program)) == expected


@pytest.mark.parametrize("value", [len, 3, None, Owner, Owner()], ids=shown)
def test_other_objects_have_no_signature(value: object) -> None:
    assert program_signature(value) == ProgramSignature(None, Any)
