"""The state of the machine, C/E/S/K, and the frames that K is made of.

    C  control       what to do next: evaluate a program, deliver a value, raise an error
    E  environment   the dispatch whose clause is running; None outside of a clause
    S  store         the errors in flight and the clauses they crossed (`crossings`)
    K  continuation  a persistent list of frames, the innermost first

A step never changes a state, it makes the next one; K shares all of its unchanged tail. What
moves on in place is what Python itself keeps: the generators, and whether a one-shot `k` is used.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import Enum
from types import CodeType
from typing import TYPE_CHECKING, Final, TypeAlias, final

if TYPE_CHECKING:
    from .continuation import Continuation
    from .crossings import InFlight

__all__ = [
    "ERROR",
    "EVALUATE",
    "VALUE",
    "AnyGenerator",
    "Control",
    "DispatchingFrame",
    "Environment",
    "Frame",
    "Kont",
    "ReturnFrame",
    "Stack",
    "State",
    "Store",
    "WithHandlerFrame",
]

AnyGenerator: TypeAlias = Generator[object, object, object]


class Kind(Enum):
    """What the control of a state asks for."""

    EVALUATE = "evaluate"
    """Run the payload, which was yielded or is run in its place."""
    VALUE = "value"
    """Deliver the payload to the top frame."""
    ERROR = "error"
    """Raise the payload, an exception, at the top frame."""


EVALUATE: Final = Kind.EVALUATE
VALUE: Final = Kind.VALUE
ERROR: Final = Kind.ERROR


@final
class ReturnFrame:
    """A generator, new or suspended at a `yield`, that gets what is above it.

    `environment` is the E of its code.
    """

    __slots__ = ("environment", "generator")

    def __init__(self, generator: AnyGenerator, environment: Environment) -> None:
        self.generator = generator
        self.environment = environment


@final
class WithHandlerFrame:
    """A prompt: what is above it runs under `handler`.

    `effects` are the accepted classes; None accepts every effect.
    """

    __slots__ = ("effects", "handler")

    def __init__(self, handler: object, effects: tuple[type, ...] | None) -> None:
        self.handler = handler
        self.effects = effects


@final
class DispatchingFrame:
    """A clause runs above it: `handler` answers `effect`, whose performer waits in `k`.

    It lies on what is outside the handler's prompt, so that a handler never sees its own effects.
    `site` tells where the effect was performed: the code and the bytecode offset in it; None if
    no generator did.
    """

    __slots__ = ("effect", "handler", "k", "site")

    def __init__(
        self, effect: object, k: Continuation, handler: object, site: tuple[CodeType, int] | None
    ) -> None:
        self.effect = effect
        self.k = k
        self.handler = handler
        self.site = site


Frame: TypeAlias = ReturnFrame | WithHandlerFrame | DispatchingFrame
Control: TypeAlias = tuple[Kind, object]
Environment: TypeAlias = DispatchingFrame | None
Store: TypeAlias = "tuple[InFlight, ...]"
Kont: TypeAlias = "tuple[Frame, Kont] | None"
Stack: TypeAlias = tuple[Frame, Kont]
"""A K that is not empty."""
State: TypeAlias = tuple[Control, Environment, Store, Kont]
