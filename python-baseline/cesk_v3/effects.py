"""Effects: what a program asks of the handlers around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from .programs import Program, T_co

__all__ = ["EffectBase", "class_of", "effect_classes", "is_a", "is_subclass"]


class EffectBase(Program[T_co]):
    """The base of every effect; yielding an instance performs it.

    It has no instance layout, so it combines with dataclasses (frozen, slots), `Exception`,
    `Enum` and `Generic`.
    """

    __slots__ = ()


is_subclass: Callable[[type, type], bool] = type.__subclasscheck__
"""`is_subclass(base, cls)` for real subclasses alone: no `__subclasshook__`, no `register`."""


class_of: Callable[[object], type] = type
"""The class of an object, whatever its `__class__` says."""


def is_a(value: object, cls: type) -> bool:
    """Whether `value` is an instance of `cls`, whatever its `__class__` says."""
    return is_subclass(cls, type(value))


def effect_classes(effects: Any) -> tuple[type, ...]:
    """The classes that `effects=` names; none if it is not such a class or a tuple of them."""
    several = is_a(effects, tuple)
    classes = tuple(cast("Any", tuple).__iter__(effects)) if several else (effects,)
    if all(is_a(cls, type) and is_subclass(EffectBase, cls) for cls in classes):
        return classes
    return ()
