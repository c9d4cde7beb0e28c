"""What annotations say about effects: which a handler admits, which a program performs.

A handler sees the effects that its first parameter is annotated with:

    def answer(effect: Ask | Tell, k): ...

The machine asks for a handler's `HandlerSpec` once, when the handler is installed, and keeps it.
"""

import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import (
    Annotated,
    Any,
    NamedTuple,
    TypeAlias,
    TypeGuard,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

from doeff_vm.doeff_vm import EffectBase, HandlerSpec, Pass, StateHandler

EffectTypes: TypeAlias = tuple[type, ...] | None
"""The classes of the effects admitted; None is every effect."""

_HandlerT = TypeVar("_HandlerT")

# Marks on functions; doeff's decorators leave the second pair.
_SPEC = "__doeff_handler_spec__"
_TYPES = "__doeff_effect_types__"
_PASSES = "__doeff_passes__"
_GENERATOR_FUNCTION = "__doeff_generator_function__"
_TAIL_RESUME_LINES = "__doeff_tail_resume_lines__"

_ANNOTATION_ERRORS = (NameError, AttributeError, SyntaxError, TypeError)
_ABOVE_EFFECTS: tuple[object, ...] = (EffectBase, object, Any)
_LAYERS = 100  # around a function at most; more are a circle
_GENERATOR_ARGUMENTS = 3  # what it yields, what it is sent, what it returns

# Flags of a class (Include/object.h).
_IS_HEAP_TYPE = 1 << 9
_IS_BASE_TYPE = 1 << 10


class PassedEffects(NamedTuple):
    """The effects that a handler declares to pass on: `passes`, except `keeps`."""

    passes: tuple[type, ...]
    keeps: tuple[type, ...]


class ProgramSignature(NamedTuple):
    """The effects that a program performs (None: not declared) and the type of its result."""

    effects: tuple[object, ...] | None
    result: object


class _NoEffectIsInstanceError(Exception):
    """No effect can be an instance of the class."""

    def __init__(self, annotation_type: type) -> None:
        super().__init__(annotation_type)
        self.annotation_type = annotation_type


class _UnresolvedError(Exception):
    """The text of an annotation has no value yet."""


def handler_spec(handler: object) -> HandlerSpec:
    """What the machine needs to know of `handler`; kept on functions, made anew for other objects.

    Raises TypeError where the annotation names a class that no effect can be an instance of.
    """
    if not isinstance(handler, types.FunctionType):
        return HandlerSpec(handler_effect_types(handler), *_bound_marks(handler), None)
    kept = handler.__dict__.get(_SPEC)
    if kept is None:
        admitted = handler_effect_types(handler)
        kept = HandlerSpec(admitted, *_marks(handler), _passed_effects(handler))
        setattr(handler, _SPEC, kept)
    return kept


def handler_effect_types(handler: object) -> EffectTypes:
    """The effect types that `handler` admits, or None where it admits all.

    Warns, once for a function, of an annotation that cannot be evaluated. Raises TypeError where
    the annotation names a class that no effect can be an instance of.
    """
    if isinstance(handler, StateHandler):
        return getattr(handler, "effect_types", None)
    parameter = _effect_parameter(handler)
    if parameter is None:
        return None
    try:
        return _admitted(parameter)
    except _UnresolvedError:
        _warn_of_unresolved(parameter)
        function, position = parameter
        _kept_types(function)[position] = None
        return None


def check_handler_annotation(handler: object) -> None:
    """Raise TypeError where no effect can ever reach `handler`; what is not defined yet passes."""
    known_effect_types(handler)


def known_effect_types(handler: object) -> EffectTypes:
    """As `handler_effect_types`, without a warning: what is not defined yet is asked again."""
    parameter = _effect_parameter(handler)
    if parameter is None:
        return None
    try:
        return _admitted(parameter)
    except _UnresolvedError:
        return None


def declare_passes(handler: _HandlerT, source: Callable[[], tuple[object, object]]) -> _HandlerT:
    """Mark `handler` as passing on effects, and return it.

    `source` is asked when the handler is installed for `(passes, keeps)`: the class or tuple of
    classes passed on, and the classes among them that the handler sees all the same.
    """
    setattr(handler, _PASSES, source)
    return handler


def effect_result_type(effect: object) -> object:
    """The `T` of the `EffectBase[T]` that an effect or its class derives from; else Any."""
    return _answer_of(effect if _is_class(effect) else type(effect), {})


def program_signature(function: object) -> ProgramSignature:
    """What a function's `-> Generator[effects, sent, result]` declares."""
    unknown = ProgramSignature(None, Any)
    function = _unwrapped(function)
    if not isinstance(function, types.FunctionType):
        return unknown
    try:
        annotation = _evaluated(function.__annotations__.get("return"), function)
    except _UnresolvedError:
        return unknown
    arguments: tuple[object, ...] = get_args(annotation)
    if get_origin(annotation) is Annotated or len(arguments) != _GENERATOR_ARGUMENTS:
        return unknown
    yielded, _, result = arguments
    if yielded is Any:
        return ProgramSignature(None, result)
    return ProgramSignature(get_args(yielded) if _is_union(yielded) else (yielded,), result)


# The parameter that takes the effect.


_Parameter: TypeAlias = tuple[types.FunctionType, int]
"""A function and the position of one of its parameters."""


def _effect_parameter(handler: object) -> _Parameter | None:
    """The parameter that a call `handler(effect, k)` gives the effect to, where Python code has it.

    Wrappers, bound methods, partials and callable objects are looked through.
    """
    position = 0
    for _ in range(_LAYERS):
        if isinstance(handler, types.FunctionType):
            wrapped: object = handler.__dict__.get("__wrapped__")
            if wrapped is None or wrapped is handler:
                return (handler, position) if position < handler.__code__.co_argcount else None
            handler = wrapped
        elif isinstance(handler, types.MethodType):
            position += 1
            handler = handler.__func__
        elif isinstance(handler, partial):
            bound = cast("partial[object]", handler)
            position += len(bound.args)
            handler = bound.func
        else:
            call = cast("type", type(handler)).__call__
            if isinstance(handler, type) or not isinstance(call, types.FunctionType):
                return None
            position += 1
            handler = call
    return None


def _name_of(parameter: _Parameter) -> str:
    function, position = parameter
    return function.__code__.co_varnames[position]


def _unwrapped(function: object) -> object:
    """The function at the end of a chain of `__wrapped__`."""
    for _ in range(_LAYERS):
        wrapped: object = getattr(function, "__wrapped__", None)
        if wrapped is None or not isinstance(function, types.FunctionType):
            break
        function = wrapped
    return function


# From the parameter's annotation to effect types.


def _admitted(parameter: _Parameter) -> EffectTypes:
    """The types admitted, found once for a function.

    Raises _UnresolvedError, and TypeError for a class that no effect can be an instance of.
    """
    function, position = parameter
    kept = _kept_types(function)
    if position not in kept:
        annotation: object = function.__annotations__.get(_name_of(parameter))
        try:
            kept[position] = _types_named(annotation, function)
        except _NoEffectIsInstanceError as error:
            raise TypeError(_refusal(parameter, error.annotation_type)) from None
    return kept[position]


def _kept_types(function: types.FunctionType) -> dict[int, EffectTypes]:
    """What was found for the function's parameters, by position."""
    return function.__dict__.setdefault(_TYPES, {})


def _types_named(annotation: object, function: types.FunctionType) -> EffectTypes:
    """The effect types that an annotation of the function names."""
    if isinstance(annotation, str):
        annotation = _evaluated(annotation, function)
    if _is_class(annotation):
        return (annotation,) if _filters(annotation) else None
    if isinstance(annotation, types.UnionType):
        return _types_of_members(annotation.__args__, function)
    return None if annotation is None else _types_of_form(annotation, function)


def _types_of_form(annotation: object, function: types.FunctionType) -> EffectTypes:
    """Those of a form of `typing`, or of a class with arguments."""
    origin: object = get_origin(annotation)
    if origin is Annotated:
        return _types_named(get_args(annotation)[0], function)
    if origin is Union:
        return _types_of_members(get_args(annotation), function)
    if isinstance(origin, type):
        return (origin,) if origin is EffectBase or _filters(origin) else None
    return None


def _types_of_members(members: tuple[object, ...], function: types.FunctionType) -> EffectTypes:
    """Those of all members, in order; None from the first member that admits everything."""
    found: list[type] = []
    for member in members:
        admitted = _types_named(member, function)
        if admitted is None:
            return None
        found += admitted
    return tuple(dict.fromkeys(found))


def _is_union(annotation: object) -> bool:
    return isinstance(annotation, types.UnionType) or get_origin(annotation) is Union


def _is_class(value: object) -> TypeGuard[type]:
    """Whether `value` is a class itself, not an alias with arguments (which says it is a type)."""
    return isinstance(value, type) and not isinstance(value, types.GenericAlias)


def _evaluated(annotation: object, function: types.FunctionType) -> object:
    """The annotation, or the value of its text, and of the text that this is, and so on."""
    seen: set[str] = set()
    while isinstance(annotation, str):
        if annotation in seen:
            raise _UnresolvedError(annotation)
        seen.add(annotation)
        annotation = _value_of(annotation, function)
    return annotation


def _value_of(text: str, function: types.FunctionType) -> object:
    """The value of an annotation's text among the function's globals.

    Not kept: the functions of one code may differ in it, and a global may be bound again.
    """
    names = function.__globals__
    try:
        return names[text]
    except KeyError:
        pass
    try:
        return eval(_compiled(text), names)
    except _ANNOTATION_ERRORS as error:
        raise _UnresolvedError(text) from error


@lru_cache(maxsize=1024)
def _compiled(text: str) -> types.CodeType:
    return compile(text.lstrip(" \t"), "<annotation>", "eval")


def _filters(cls: type) -> bool:
    """Whether effects can be told by the class: it is neither above all of them nor uncheckable.

    Raises _NoEffectIsInstanceError.
    """
    if cls in _ABOVE_EFFECTS:
        return False
    if EffectBase in cls.__mro__:
        return True
    if _no_effect_is_instance(cls):
        raise _NoEffectIsInstanceError(cls)
    return not _is_static_protocol(cls)


def _no_effect_is_instance(cls: type) -> bool:
    """Whether no class can derive from both `cls`, which is no effect type, and EffectBase.

    So it is where `cls` is final, or derives from a class of the interpreter other than object:
    instances of those are laid out in their own way.
    """
    if not cls.__flags__ & _IS_BASE_TYPE:
        return True
    return any(not base.__flags__ & _IS_HEAP_TYPE for base in cls.__mro__ if base is not object)


def _is_static_protocol(cls: type) -> bool:
    """Whether `cls` is a protocol that isinstance refuses."""
    return getattr(cls, "_is_protocol", False) and not getattr(cls, "_is_runtime_protocol", False)


def _refusal(parameter: _Parameter, refused: type) -> str:
    function, _ = parameter
    code = function.__code__
    return (
        f"handler {function.__qualname__} (defined at {code.co_filename}:{code.co_firstlineno}): "
        f"the annotation of effect parameter {_name_of(parameter)!r} names {refused.__qualname__}, "
        "which no effect can be an instance of, so the handler would never be called. "
        "Annotate it with the effect class it handles (a subclass of EffectBase, "
        "e.g. effect: MyEffect), or with EffectBase to receive every effect."
    )


def _warn_of_unresolved(parameter: _Parameter) -> None:
    """Warn where the function is defined."""
    function, _ = parameter
    warnings.warn_explicit(
        f"handler {function.__qualname__}: the annotation of effect parameter "
        f"{_name_of(parameter)!r} cannot be evaluated at runtime, so the handler receives every "
        "effect (no type filter). Import the effect type at runtime to get the filter.",
        RuntimeWarning,
        function.__code__.co_filename,
        function.__code__.co_firstlineno,
        module=function.__module__,
    )


# The marks that decorators leave.


def _marks(function: types.FunctionType) -> tuple[object, tuple[int, ...]]:
    """The generator function under a wrapper, and the lines of its tail resumptions."""
    marks = function.__dict__
    return marks.get(_GENERATOR_FUNCTION), tuple(marks.get(_TAIL_RESUME_LINES, ()))


def _bound_marks(handler: object) -> tuple[object, tuple[int, ...]]:
    """As `_marks`, of a bound method; nothing for other objects."""
    if not isinstance(handler, types.MethodType):
        return None, ()
    function = handler.__func__
    if not isinstance(function, types.FunctionType):
        return None, ()
    generator_function, lines = _marks(function)
    if not callable(generator_function):
        return None, lines
    return types.MethodType(generator_function, handler.__self__), lines


def _passed_effects(handler: types.FunctionType) -> PassedEffects | None:
    """What the handler was declared to pass on; None where that is nothing, or not yet defined."""
    source = handler.__dict__.get(_PASSES)
    if source is None:
        return None
    try:
        passes, keeps = cast("tuple[type | tuple[type, ...], Iterable[type]]", source())
    except (NameError, AttributeError):
        return None
    passed = PassedEffects(passes if isinstance(passes, tuple) else (passes,), tuple(keeps))
    declared = passed.passes and all(map(_is_class, passed.passes + passed.keeps))
    return passed if declared else None


# From an effect class to the type of its answer.


def _answer_of(cls: type, arguments: dict[object, object]) -> object:
    """The argument of EffectBase among the bases of `cls`, given those of its own parameters."""
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        given = [arguments.get(argument, argument) for argument in get_args(base)]
        origin: object = get_origin(base) or base
        if origin is EffectBase:
            return given[0] if given else Any
        if _is_class(origin) and issubclass(origin, EffectBase):
            parameters = _parameters_of(cast("type", origin))
            return _answer_of(cast("type", origin), dict(zip(parameters, given, strict=False)))
    return Any


def _parameters_of(cls: type) -> tuple[object, ...]:
    """The type variables of a generic class, in order."""
    declared: tuple[object, ...] = cls.__dict__.get("__parameters__", ())
    if declared:
        return declared
    found: dict[object, None] = {}
    for base in cls.__dict__.get("__orig_bases__", ()):
        found.update(dict.fromkeys(getattr(base, "__parameters__", ())))
    return tuple(found)


def asking(call: Callable[..., object], types: tuple[type, ...], is_raw: bool) -> object:
    """What is called in a handler's place where `isinstance` must be asked for each effect.

    `call` is what is called for those that it admits; the others are passed on. Classes that are
    no effects, such as abstract base classes and protocols, may say themselves what their
    instances are.
    """

    def admits(effect: object) -> bool:
        try:
            return isinstance(effect, types)
        except Exception:  # doeff's own machine admits what a failing check was asked about
            return True

    def passing(effect: Any, k: Any) -> Iterator[object]:
        yield Pass(effect, k)

    def filtered(effect: Any, k: Any) -> object:
        if admits(effect):
            return call(effect, k)
        return Pass(effect, k) if is_raw else passing(effect, k)

    return filtered
