"""The control primitives: programs that install handlers and use continuations.

Constructors check nothing; a primitive is checked where it is yielded.
"""

from __future__ import annotations

from typing import Any

from .programs import Program, refuse_subclass

__all__ = ["Pass", "Resume", "Transfer", "WithHandler"]


class WithHandler(Program[Any]):
    """Runs `program` under `handler`, a callable `(effect, k)`; its result is the answer.

    `effects` is the `EffectBase` subclass, or the tuple of them, that the handler accepts;
    without it the handler accepts every effect.
    """

    __slots__ = ("_effects", "_handler", "_program")
    __init_subclass__ = refuse_subclass

    def __init__(self, handler: Any, program: Any, effects: Any = None) -> None:
        self._handler = handler
        self._program = program
        self._effects = effects

    @property
    def handler(self) -> Any:
        """The handler."""
        return self._handler

    @property
    def program(self) -> Any:
        """The program that runs under the handler."""
        return self._program

    @property
    def effects(self) -> Any:
        """What the handler accepts; None stands for every effect."""
        return self._effects

    def __repr__(self) -> str:
        typed = "" if self._effects is None else f", effects={self._effects!r}"
        return f"WithHandler({self._handler!r}, {self._program!r}{typed})"


class Resume(Program[Any]):
    """The performer goes on with `value`; the result is what the body under its prompt returns."""

    __slots__ = ("_k", "_value")
    __init_subclass__ = refuse_subclass

    def __init__(self, k: Any, value: Any = None) -> None:
        self._k = k
        self._value = value

    @property
    def k(self) -> Any:
        """The continuation."""
        return self._k

    @property
    def value(self) -> Any:
        """What the performer gets."""
        return self._value

    def __repr__(self) -> str:
        return f"Resume({self._k!r}, {self._value!r})"


class Transfer(Program[Any]):
    """The clause ends, then the performer goes on with `value` in its place."""

    __slots__ = ("_k", "_value")
    __init_subclass__ = refuse_subclass

    def __init__(self, k: Any, value: Any = None) -> None:
        self._k = k
        self._value = value

    @property
    def k(self) -> Any:
        """The continuation."""
        return self._k

    @property
    def value(self) -> Any:
        """What the performer gets."""
        return self._value

    def __repr__(self) -> str:
        return f"Transfer({self._k!r}, {self._value!r})"


class Pass(Program[Any]):
    """The clause ends, then a handler further out answers `effect` for the performer in `k`.

    Each of them is the clause's own by default.
    """

    __slots__ = ("_effect", "_k")
    __init_subclass__ = refuse_subclass

    def __init__(self, effect: Any = None, k: Any = None) -> None:
        self._effect = effect
        self._k = k

    @property
    def effect(self) -> Any:
        """The effect; None stands for the clause's own."""
        return self._effect

    @property
    def k(self) -> Any:
        """The continuation; None stands for the clause's own."""
        return self._k

    def __repr__(self) -> str:
        return f"Pass({self._effect!r}, {self._k!r})"
