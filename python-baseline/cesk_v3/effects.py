"""Effects: what a program asks of the handlers around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .programs import Program, T_co

__all__ = ["EffectBase", "effect_classes", "is_subclass"]


class EffectBase(Program[T_co]):
    """The base of every effect; yielding an instance performs it.

    It has no instance layout, so it combines with dataclasses (frozen, slots), `Exception`,
    `Enum` and `Generic`.
    """

    __slots__ = ()


is_subclass: Callable[[type, type], bool] = type.__subclasscheck__
"""`is_subclass(base, cls)` for real subclasses alone: no `__subclasshook__`, no `register`."""


def effect_classes(effects: Any) -> tuple[type, ...]:
    """The classes that `effects=` names; none if it is not such a class or a tuple of them."""
    several = is_subclass(tuple, type(effects))
    classes = tuple(tuple.__iter__(effects)) if several else (effects,)
    if all(is_subclass(type, type(cls)) and is_subclass(EffectBase, cls) for cls in classes):
        return classes
    return ()
