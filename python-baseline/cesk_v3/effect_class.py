"""`@effect`: effect classes made from annotated fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import CellType, FunctionType
from typing import Any, TypeVar, dataclass_transform

from . import messages
from .effects import EffectBase
from .programs import DoFunction

__all__ = ["effect"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field, dataclasses.Field))
def effect(cls: type[T]) -> type[T]:
    """Make an effect class of a class with annotated fields.

    It is a frozen dataclass with slots, and a subclass of `EffectBase` even where `cls` is none.
    Its instances are immutable, can be referred to weakly, and are compared, hashed, pickled and
    copied by their fields.

    Raises:
        TypeError: `cls` is no class, has `__slots__` of its own, is an exception class, or cannot
            be such a dataclass.
    """
    check(cls)
    base = cls if EffectBase in cls.__mro__ else with_base(cls)
    made = with_slots(base)
    for cell in cells_of(made):
        if cell.cell_contents is cls or cell.cell_contents is base:
            cell.cell_contents = made
    for name, method in {"__getstate__": get_state, "__setstate__": set_state}.items():
        setattr(made, name, vars(cls).get(name, method))
    return made


def check(cls: object) -> None:
    """Refuses what can be no effect class.

    Raises:
        TypeError: it was given that.
    """
    if not isinstance(cls, type):
        raise TypeError(messages.not_a_class(cls))
    if "__slots__" in vars(cls):
        raise TypeError(messages.has_slots(cls))
    if issubclass(cls, BaseException):
        raise TypeError(messages.is_exception(cls))


def with_base(cls: type[T]) -> type[T]:
    """The same class as a subclass of `EffectBase`."""
    own = {name: value for name, value in vars(cls).items() if name not in OF_ITS_LAYOUT}
    bases = (EffectBase, *(base for base in cls.__bases__ if base is not object))
    return type(cls)(cls.__name__, bases, own | {"__qualname__": cls.__qualname__})


OF_ITS_LAYOUT = ("__dict__", "__weakref__")
"""The attributes of a class that are for the layout of its own instances."""


def with_slots(cls: type[T]) -> type[T]:
    """A frozen dataclass made of a class, with slots for its fields and for weak references."""
    referable = any(base.__weakrefoffset__ for base in cls.__bases__)
    return dataclasses.dataclass(frozen=True, slots=True, weakref_slot=not referable)(cls)


def cells_of(cls: type) -> Iterator[CellType]:
    """The variables of outer scopes in the functions of a class.

    One of them is the `__class__` that `super()` uses. It holds what the `class` statement made,
    which is another class than the one with slots.
    """
    pending: list[Any] = [*vars(cls).values()]
    seen: set[int] = set()
    while pending:
        member = pending.pop()
        if isinstance(member, property):
            pending += (member.fget, member.fset, member.fdel)
        elif isinstance(member, WRAPPERS):
            pending.append(member.__wrapped__)
        elif isinstance(member, FunctionType) and id(member) not in seen:
            seen.add(id(member))
            for cell in member.__closure__ or ():
                try:
                    pending.append(cell.cell_contents)
                except ValueError:  # it is empty
                    continue
                yield cell


WRAPPERS: Any = (staticmethod, classmethod, DoFunction)
"""What may stand in a class around a function."""


State = dict[str, object] | None


def get_state(self: object) -> object:
    """The state for pickles and copies.

    Not only that of the fields: a subclass may have a `__dict__`. And not simply inherited, because
    protocols 0 and 1 ask a class with slots for a method of its own.
    """
    return object.__getstate__(self)


def set_state(self: object, state: State | tuple[State, State]) -> None:
    """Restores what `get_state` gave: a `__dict__`, or a pair of that and the slots."""
    for part in state if isinstance(state, tuple) else (state,):
        for name, value in (part or {}).items():
            object.__setattr__(self, name, value)
