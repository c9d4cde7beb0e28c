"""What all our small immutable classes have in common."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, ClassVar, Never

__all__ = ["Node", "field", "refuse_copy", "refuse_subclass"]


def refuse_subclass(cls: type, **_keywords: object) -> None:
    """The `__init_subclass__` of the final classes.

    Raises:
        TypeError: always.
    """
    raise TypeError(f"type '{cls.__mro__[1].__name__}' is final and has no subclasses")


def refuse_copy(self: object, _protocol: object) -> Never:
    """The `__reduce_ex__` of what cannot be pickled or copied.

    Raises:
        TypeError: always.
    """
    raise TypeError(f"cannot pickle '{type(self).__name__}' object")


def field(name: str, doc: str) -> Any:
    """A read-only attribute that shows the slot `_name`."""
    return property(attrgetter("_" + name), doc=doc)


class Node:
    """Shows, pickles and copies an object by the arguments of its constructor.

    A subclass keeps the argument `name` in the slot `_name`; its rules read the slots, which are
    quicker than the attributes that users see.
    """

    __slots__ = ()

    __match_args__: tuple[str, ...]
    """The names of the arguments, in order."""

    _bare: ClassVar[bool] = False
    """Whether the arguments are shown without their names."""

    _shown: ClassVar[str | None] = None
    """What is shown in their place, if that is always the same."""

    def _arguments(self) -> tuple[tuple[str, Any], ...]:
        return tuple((name, getattr(self, "_" + name)) for name in self.__match_args__)

    def __repr__(self) -> str:
        shown = self._shown
        if shown is None:
            bare = self._bare
            arguments = self._arguments()
            shown = ", ".join(repr(v) if bare else f"{name}={v!r}" for name, v in arguments)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(value for _, value in self._arguments())
