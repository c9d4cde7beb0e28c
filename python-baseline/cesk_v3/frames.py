"""The state of the machine, C/E/S/K, and the frames that K is made of.

    C  control       what to do next: evaluate a program, deliver a value, raise an error
    E  environment   the dispatch whose clause is running; None outside of a clause
    S  store         what the machine notes beside: the errors in flight with the clauses that
                     they crossed (`crossings`), and counters
    K  continuation  a persistent list of frames, the innermost first

A step never changes a state, it makes the next one; K shares all of its unchanged tail. What
moves on in place is what Python itself keeps: the generators; whether a one-shot `k` is used; and
the counters, the stores of the built-in handlers, and the note of what a clause has come to run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum
from types import CodeType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

if TYPE_CHECKING:
    from .continuation import Continuation
    from .crossings import InFlight
    from .stdlib import WriterHandler

__all__ = [
    "ERROR",
    "EVALUATE",
    "VALUE",
    "AnyGenerator",
    "Control",
    "Counters",
    "DispatchingFrame",
    "Environment",
    "Frame",
    "InPlaceFrame",
    "Kind",
    "Kont",
    "ListenFrame",
    "Native",
    "ReturnFrame",
    "SafeFrame",
    "Stack",
    "StartFrame",
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

    `effects` are the accepted classes; None accepts every effect. `listed` is what `GetHandlers`
    shows: a `TypedHandler` if the classes were given with the handler. `native` answers for a
    built-in handler.
    """

    __slots__ = ("effects", "handler", "listed", "native")

    def __init__(
        self,
        handler: object,
        effects: tuple[type, ...] | None,
        listed: object,
        native: Native | None,
    ) -> None:
        self.handler = handler
        self.effects = effects
        self.listed = listed
        self.native = native


@final
class DispatchingFrame:
    """A clause runs above it: `handler` answers `effect`, whose performer waits in `k`.

    It lies on what is outside the handler's prompt, so that a handler never sees its own effects.
    `site` tells where the effect was performed: the code and the bytecode offset in it; None if
    no generator did. `program` is what runs as the clause, unless that is the generator of
    the handler call.
    """

    __slots__ = ("effect", "handler", "k", "program", "site")

    def __init__(
        self, effect: object, k: Continuation, handler: object, site: tuple[CodeType, int] | None
    ) -> None:
        self.effect = effect
        self.k = k
        self.handler = handler
        self.site = site
        self.program: object = None


@final
class SafeFrame:
    """What is above it is run by `Safe`; `environment` is the E of that."""

    __slots__ = ("environment",)

    def __init__(self, environment: Environment) -> None:
        self.environment = environment


@final
class ListenFrame:
    """What is above it is run by `Listen`, under the prompt of `writer`."""

    __slots__ = ("writer",)

    def __init__(self, writer: WriterHandler) -> None:
        self.writer = writer


@final
class InPlaceFrame:
    """The program above it runs in the place of a generator that has ended, or of none.

    So the frame below did not yield that program. `environment` is the E of it.
    """

    __slots__ = ("environment",)

    def __init__(self, environment: Environment) -> None:
        self.environment = environment


@final
class StartFrame:
    """The innermost frame of an unstarted continuation: starts `program` when it gets its turn."""

    __slots__ = ("program",)

    def __init__(self, program: object) -> None:
        self.program = program


@final
class Counters:
    """What a VM counts."""

    __slots__ = ("callbacks", "dispatches")

    def __init__(self) -> None:
        self.callbacks = 0
        self.dispatches = 0


@final
class Store:
    """What the machine notes beside the program."""

    __slots__ = ("counters", "in_flight")

    def __init__(self, counters: Counters, in_flight: tuple[InFlight, ...]) -> None:
        self.counters = counters
        self.in_flight = in_flight


Frame: TypeAlias = (
    ReturnFrame
    | WithHandlerFrame
    | DispatchingFrame
    | SafeFrame
    | ListenFrame
    | InPlaceFrame
    | StartFrame
)
Control: TypeAlias = tuple[Kind, object]
Environment: TypeAlias = DispatchingFrame | None
Native: TypeAlias = "Callable[[Any, Counters], Control | None]"
"""Answers an effect by the control that its performer goes on with; None passes it on."""
Kont: TypeAlias = "tuple[Frame, Kont] | None"
Stack: TypeAlias = tuple[Frame, Kont]
"""A K that is not empty."""
State: TypeAlias = tuple[Control, Environment, Store, Kont]
