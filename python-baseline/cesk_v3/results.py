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
    _bare = True

    def __init__(self, value: T_co) -> None:
        self._value = value

    def is_ok(self) -> bool:
        """Whether this is an `Ok`: yes."""
        return True

    def is_err(self) -> bool:
        """Whether this is an `Err`: no."""
        return False

    def __bool__(self) -> bool:
        return True

    value = field("value", "The result.")

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if type(other) is Ok else NotImplemented

    def __hash__(self) -> int:
        return hash((Ok, self._value))


class Err(Node, Generic[E_co]):
    """The program raised `error`."""

    __slots__ = ("_captured_traceback", "_error")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("error",)
    _bare = True

    def __init__(self, error: E_co, captured_traceback: object = None) -> None:
        self._error = error
        self._captured_traceback = captured_traceback

    error: Any = field("error", "The exception.")
    captured_traceback: Any = field(
        "captured_traceback", "What was kept of where it was raised, or None."
    )

    def is_ok(self) -> bool:
        """Whether this is an `Ok`: no."""
        return False

    def is_err(self) -> bool:
        """Whether this is an `Err`: yes."""
        return True

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> tuple[Any, ...]:
        return Err, (self._error, self._captured_traceback)

    def __eq__(self, other: object) -> bool:
        return self.error == other.error if type(other) is Err else NotImplemented

    def __hash__(self) -> int:
        return hash((Err, self._error))
