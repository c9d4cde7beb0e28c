"""The outcome of a program as a value: what `Safe` gives."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from .nodes import Node, field, refuse_subclass

__all__ = ["Err", "Ok"]

T_co = TypeVar("T_co", covariant=True)
E_co = TypeVar("E_co", bound=BaseException, covariant=True)


class Ok(Node, Generic[T_co]):
    """The program returned `value`."""

    __slots__ = ("_value",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    value = field("value", "The result.")

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if type(other) is Ok else NotImplemented

    def __hash__(self) -> int:
        return hash((Ok, self._value))


class Err(Node, Generic[E_co]):
    """The program raised `error`."""

    __slots__ = ("_error",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("error",)

    def __init__(self, error: E_co) -> None:
        self._error = error

    error: Any = field("error", "The exception.")

    def __eq__(self, other: object) -> bool:
        return self.error == other.error if type(other) is Err else NotImplemented

    def __hash__(self) -> int:
        return hash((Err, self._error))
