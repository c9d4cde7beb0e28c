"""Handlers that know what they accept, and lists of handlers."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ForwardRef,
    Generic,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    overload,
)

from . import messages
from .continuation import Continuation
from .effects import EffectBase, effect_classes, is_a
from .nodes import Node, field, refuse_subclass
from .primitives import WithHandler
from .programs import Program

__all__ = ["TypedHandler", "checked_list", "handler", "with_handlers"]

A = TypeVar("A")
E = TypeVar("E", bound=EffectBase[Any])
AnyHandler = TypeVar("AnyHandler", bound=Callable[[object, Continuation], object])


class TypedHandler(Node, Generic[E, A]):
    """A handler with the effect class, or the tuple of them, that it accepts.

    It can be installed as it is, and is called as the handler itself.
    """

    __slots__ = ("_effects", "_handler")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("handler", "effects")

    def __init__(
        self, handler: Callable[[E, Continuation], A], effects: type[E] | tuple[type[E], ...]
    ) -> None:
        self._handler = handler
        self._effects = effects

    handler = field("handler", "The handler itself.")
    effects = field("effects", "The accepted effect class or tuple of them.")

    if TYPE_CHECKING:

        def __call__(self, effect: E, k: Continuation) -> A: ...

    else:
        # The call goes straight to the handler, without a frame of ours in its tracebacks.
        __call__ = field("handler", "Calls the handler.")


def checked_list(place: str, handlers: Any) -> list[Any]:
    """A copy of `handlers`, which must be a list or tuple.

    Raises:
        TypeError: it is something else.
    """
    kinds: tuple[Any, ...] = (list, tuple)
    for kind in kinds:
        if is_a(handlers, kind):
            return list(kind.__iter__(handlers))  # whatever its class makes of iteration
    raise TypeError(messages.not_a_list_of_handlers(place, handlers))


def with_handlers(handlers: Sequence[Any], program: Any) -> Program[Any]:
    """`program` under each of `handlers`, a list or tuple with the innermost first.

    Raises:
        TypeError: `handlers` is something else.
    """
    for each in checked_list("with_handlers()", handlers):
        program = WithHandler(each, program)
    return program


@overload
def handler(  # pyright: ignore[reportOverlappingOverload] (it takes any effect, so each)
    function: AnyHandler,
) -> AnyHandler: ...
@overload
def handler(function: Callable[[E, Continuation], A]) -> TypedHandler[E, A]: ...
def handler(function: Any) -> Any:
    """Make a handler accept just the effects that annotate its first parameter.

    The annotation is an effect class or a union of them, as such or in a string. Without one, or
    for `Any` or `object`, the result is `function` itself, which accepts every effect.

    Raises:
        TypeError: the annotation is no such thing, or `function` cannot be called with an effect.
    """
    parameter = first_parameter(function)
    if parameter is None or parameter.annotation is parameter.empty:
        return function
    caller = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    scope = Scope(globals_of(function), caller.f_locals)
    try:
        annotation = scope.resolve(parameter.annotation)
        members = scope.members(annotation)
    except UnresolvedError as error:
        message = messages.unresolved_annotation(parameter.name, function, error.text, error.reason)
        raise TypeError(message) from error.reason
    if annotation is Any or annotation is object:
        return function
    effects = members[0] if len(members) == 1 else tuple(members)
    if not effect_classes(effects):
        raise TypeError(messages.bad_annotation(parameter.name, function, annotation))
    return TypedHandler(function, effects)


def first_parameter(function: Any) -> inspect.Parameter | None:
    """The parameter that gets the effect; None if the signature is unknown.

    Raises:
        TypeError: there is none.
    """
    if not callable(function):
        raise TypeError(messages.not_typable(function))
    if isinstance(function, TypedHandler):
        return None
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            break
        return parameter
    raise TypeError(messages.not_typable(function))


def globals_of(function: Any) -> dict[str, Any]:
    """The global names where a callable was defined."""
    function = inspect.unwrap(function)
    while isinstance(function, partial):
        function = inspect.unwrap(function.func)  # pyright: ignore[reportUnknownMemberType]
    if isinstance(function, type):
        function = function.__init__
    for code in (function, getattr(function, "__func__", None), type(function).__call__):
        names = getattr(inspect.unwrap(code), "__globals__", None) if code else None
        if names is not None:
            return names
    return {}


class UnresolvedError(Exception):
    """An annotation in a string has no value."""

    def __init__(self, text: str, reason: Exception) -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason


class Scope(NamedTuple):
    """The names that an annotation may use."""

    names: dict[str, Any]
    local_names: Mapping[str, Any]

    def resolve(self, annotation: Any) -> Any:
        """What an annotation stands for, without what does not matter to a handler."""
        while True:
            if isinstance(annotation, ForwardRef):
                annotation = annotation.__forward_arg__
            if isinstance(annotation, str):
                annotation = self.evaluate(annotation)
            elif get_origin(annotation) is Annotated:
                annotation = get_args(annotation)[0]
            elif hasattr(annotation, "__value__"):  # an alias made by a `type` statement
                annotation = annotation.__value__
            else:
                return annotation

    def evaluate(self, text: str) -> Any:
        """The value of an annotation's text."""
        try:
            return eval(text, self.names, self.local_names)
        except Exception as error:
            raise UnresolvedError(text, error) from error

    def members(self, annotation: Any) -> list[Any]:
        """The classes of a union, or the one class that is annotated."""
        annotation = self.resolve(annotation)
        origin = get_origin(annotation)
        if origin is Union or origin is UnionType:
            return [member for part in get_args(annotation) for member in self.members(part)]
        return [annotation if origin is None else origin]
