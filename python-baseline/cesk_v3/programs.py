"""Programs: the lazy values that the machine runs, and `@do`, which makes them."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Generator
from types import GenericAlias, MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from . import messages
from .nodes import Node, field, refuse_subclass

__all__ = ["DoCall", "DoFunction", "Program", "Pure", "do"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")


class Once:
    """Yields a program once and returns what was sent: what `yield from program` drives.

    It has no `throw`, so an exception is raised in the generator itself and not in a frame of
    ours below it.
    """

    __slots__ = ("_program",)

    def __init__(self, program: object) -> None:
        self._program = program

    def __iter__(self) -> Once:
        return self

    def __next__(self) -> object:
        program = self._program
        if program is None:
            raise StopIteration
        self._program = None
        return program

    def send(self, value: object) -> object:
        raise StopIteration(value)


if TYPE_CHECKING:
    _ProgramBase = Generic
else:
    # At run time a subscript is a plain alias, so that no class of ours has a layout or
    # a metaclass to combine with.
    class _ProgramBase:
        __slots__ = ()

        def __class_getitem__(cls, _parameters):
            return cls


class Program(_ProgramBase[T_co]):
    """What the machine can run to a result; the abstract base of every such class of ours."""

    __slots__ = ()

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __iter__(self) -> Generator[Program[T_co], Any, T_co]:
        """Yield the program once; the result is what was sent, as `yield from program` needs."""
        return cast("Generator[Program[T_co], Any, T_co]", Once(self))


class Pure(Node, Program[T_co]):
    """The program whose result is `value`."""

    __slots__ = ("_value",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("value",)
    _bare = True

    def __init__(self, value: T_co = None) -> None:
        self._value = value

    value: T_co = field("value", "The result.")


class DoCall(Program[T_co]):
    """What calling a `@do` function gives: lazy, and run anew at each start."""

    __slots__ = ("_args", "_kwargs", "_maker")
    __init_subclass__ = refuse_subclass

    def __init__(
        self, maker: DoFunction[..., T_co], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self._maker = maker
        self._args = args
        self._kwargs = kwargs

    @property
    def function(self) -> Callable[..., object]:
        """The function that `@do` was put on."""
        return self._maker.__wrapped__

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments."""
        return self._args

    @property
    def kwargs(self) -> dict[str, Any]:
        """A copy of the keyword arguments."""
        return dict(self._kwargs)

    def __repr__(self) -> str:
        return f"<DoCall {messages.name_of(self._maker)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _call, (self._maker, self._args, self._kwargs)


def _call(maker: DoFunction[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> DoCall[T]:
    return maker(*args, **kwargs)


class DoFunction(Generic[P, T]):
    """A function whose calls are programs; made by `@do`."""

    __init_subclass__ = refuse_subclass
    __wrapped__: Callable[..., object]
    __name__: str
    __qualname__: str

    def __init__(self, function: Callable[..., object]) -> None:
        functools.update_wrapper(self, function)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> DoCall[T]:
        return DoCall(self, args, kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<DoFunction {messages.name_of(self)}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        found: Any = sys.modules.get(self.__module__)
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        if getattr(found, "__func__", None) is self:  # of a class method: reached through it
            return getattr, (found, "__func__")
        return self.__qualname__


@overload
def do(function: Callable[P, Generator[Any, Any, T]]) -> DoFunction[P, T]: ...
@overload
def do(function: Callable[P, T]) -> DoFunction[P, T]: ...
def do(function: Any) -> Any:
    """Turn a plain or generator function into one whose calls are programs.

    The result of the program is what the generator returns, or the value of a plain function.
    A `staticmethod` or `classmethod` object is unwrapped, and wrapped again.

    Raises:
        TypeError: `function` is not callable, or an `async def`.
    """
    if isinstance(function, staticmethod | classmethod):
        method = cast("Any", function)
        return type(method)(do(method.__func__))
    if not callable(function):
        raise TypeError(messages.not_a_function(function))
    for code in (function, getattr(function, "__call__", None)):  # noqa: B004
        if inspect.iscoroutinefunction(code) or inspect.isasyncgenfunction(code):
            raise TypeError(messages.async_function(function))
    return DoFunction[Any, Any](function)
