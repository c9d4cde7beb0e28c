"""The built-in effects; they mean what the handlers in scope make of them (`stdlib`)."""

from __future__ import annotations

from typing import Any

from .effects import EffectBase
from .nodes import Node, field, refuse_subclass

__all__ = ["NO_DEFAULT", "Ask", "Get", "Listen", "Local", "Modify", "Put", "Tell"]


class Get(Node, EffectBase[Any]):
    """Gives the state's value of `key`; None if there is none."""

    __slots__ = ("_key",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("key",)

    def __init__(self, key: Any) -> None:
        self._key = key

    key = field("key", "The key, any hashable object.")


class Put(Node, EffectBase[None]):
    """Sets the state's value of `key`; gives None."""

    __slots__ = ("_key", "_value")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("key", "value")

    def __init__(self, key: Any, value: Any) -> None:
        self._key = key
        self._value = value

    key = field("key", "The key, any hashable object.")
    value = field("value", "The new value.")


class Modify(Node, EffectBase[Any]):
    """Sets the state's value of `key` to `f` of the old one, None if there is none; gives the old.

    What `f` raises is raised by the effect, and the state is as before.
    """

    __slots__ = ("_f", "_key")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("key", "f")

    def __init__(self, key: Any, f: Any) -> None:
        self._key = key
        self._f = f

    key = field("key", "The key, any hashable object.")
    f = field("f", "The function from the old value to the new one.")


class NoDefault:
    """Shown in the signature of `Ask`."""

    def __repr__(self) -> str:
        return "<no default>"


NO_DEFAULT: Any = NoDefault()
"""In place of an `Ask`'s default that was not given."""


class Ask(Node, EffectBase[Any]):
    """Gives the environment's value of `key`.

    Where no reader in scope has it: `default` if given, else it raises `MissingKey`.
    """

    __slots__ = ("_default", "_key")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("key", "default")

    def __init__(self, key: Any, default: Any = NO_DEFAULT) -> None:
        self._key = key
        self._default = default

    key = field("key", "The key, any hashable object.")

    @property
    def default(self) -> Any:
        """The value for a missing key.

        Raises:
            AttributeError: none was given.
        """
        if self._default is NO_DEFAULT:
            raise AttributeError("this Ask was given no default", name="default", obj=self)
        return self._default

    def _arguments(self) -> tuple[tuple[str, Any], ...]:
        given = super()._arguments()
        return given[:1] if self._default is NO_DEFAULT else given


class Local(Node, EffectBase[Any]):
    """Runs `program` here, under a reader that has `bindings` and passes other keys on."""

    __slots__ = ("_bindings", "_program")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("bindings", "program")

    def __init__(self, bindings: Any, program: Any) -> None:
        self._bindings = bindings
        self._program = program

    bindings = field("bindings", "A mapping from keys to values.")
    program = field("program", "The program.")


class Tell(Node, EffectBase[None]):
    """Adds `entry` to the log; gives None."""

    __slots__ = ("_entry",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("entry",)

    def __init__(self, entry: Any) -> None:
        self._entry = entry

    entry = field("entry", "The entry.")


class Listen(Node, EffectBase[Any]):
    """Runs `program` here; gives the tuple of its result and the list of what it told."""

    __slots__ = ("_program",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("program",)

    def __init__(self, program: Any) -> None:
        self._program = program

    program = field("program", "The program.")
