"""The control primitives: programs that install handlers and use continuations.

Constructors check nothing; a primitive is checked where it is yielded.
"""

from __future__ import annotations

from typing import Any

from .nodes import Node, field, refuse_subclass
from .programs import Program

__all__ = [
    "CreateContinuation",
    "Delegate",
    "GetContinuation",
    "GetHandlers",
    "Pass",
    "Resume",
    "ResumeContinuation",
    "ResumeThrow",
    "Safe",
    "TailCall",
    "Transfer",
    "TransferThrow",
    "WithHandler",
]


class WithHandler(Node, Program[Any]):
    """Runs `program` under `handler`, a callable `(effect, k)`; its result is the answer.

    `effects` is the `EffectBase` subclass, or the tuple of them, that the handler accepts;
    without it the handler accepts every effect, or those of its own if it is typed.
    """

    __slots__ = ("_effects", "_handler", "_program")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("handler", "program", "effects")
    _shown = "handler, body"

    def __init__(self, handler: Any, program: Any, effects: Any = None) -> None:
        self._handler = handler
        self._program = program
        self._effects = effects

    handler = field("handler", "The handler.")
    program = field("program", "The program that runs under the handler.")
    effects = field("effects", "What the handler accepts; None if that is not given here.")


class Resume(Node, Program[Any]):
    """The performer goes on with `value`; the result is what the body under its prompt returns."""

    __slots__ = ("_k", "_value")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "value")
    _shown = "k, ..."

    def __init__(self, k: Any, value: Any = None) -> None:
        self._k = k
        self._value = value

    k = field("k", "The continuation.")
    value = field("value", "What the performer gets.")


class Transfer(Node, Program[Any]):
    """The clause ends, then the performer goes on with `value` in its place."""

    __slots__ = ("_k", "_value")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "value")
    _shown = "k, ..."

    def __init__(self, k: Any, value: Any = None) -> None:
        self._k = k
        self._value = value

    k = field("k", "The continuation.")
    value = field("value", "What the performer gets.")


class ResumeThrow(Node, Program[Any]):
    """As `Resume`, but `error`, an exception, is raised where the performer waits."""

    __slots__ = ("_error", "_k")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "error")
    _shown = "k, ..."

    def __init__(self, k: Any, error: Any) -> None:
        self._k = k
        self._error = error

    k = field("k", "The continuation.")
    error = field("error", "The exception.")


class TransferThrow(Node, Program[Any]):
    """As `Transfer`, but `error`, an exception, is raised where the performer waits."""

    __slots__ = ("_error", "_k")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "error")
    _shown = "k, ..."

    def __init__(self, k: Any, error: Any) -> None:
        self._k = k
        self._error = error

    k = field("k", "The continuation.")
    error = field("error", "The exception.")


class Delegate(Node, Program[Any]):
    """A handler further out answers `effect` for the performer in `k`, while the clause waits.

    The result is what `Resume` would have given. Effect and `k` are the clause's own by default.
    """

    __slots__ = ("_effect", "_k")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("effect", "k")

    def __init__(self, effect: Any = None, k: Any = None) -> None:
        self._effect = effect
        self._k = k

    effect = field("effect", "The effect; None stands for the clause's own.")
    k = field("k", "The continuation; None stands for the clause's own.")


class Pass(Node, Program[Any]):
    """The clause ends, then a handler further out answers `effect` for the performer in `k`.

    Each of them is the clause's own by default.
    """

    __slots__ = ("_effect", "_from_reader", "_k")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("effect", "k")
    _shown = "effect, k"

    def __init__(self, effect: Any = None, k: Any = None) -> None:
        self._effect = effect
        self._k = k
        self._from_reader = False
        """Whether a reader that lacks the key passes the `Ask` on."""

    effect = field("effect", "The effect; None stands for the clause's own.")
    k = field("k", "The continuation; None stands for the clause's own.")


class GetContinuation(Node, Program[Any]):
    """Gives the clause its own `k`."""

    __slots__ = ()
    __init_subclass__ = refuse_subclass
    __match_args__ = ()


class GetHandlers(Node, Program[Any]):
    """Gives a list of the handlers in scope, innermost first.

    In a clause whose `k` is unused these are the handlers in scope where the effect was performed,
    elsewhere those in scope here. With `k` they are those that this unused continuation holds: from
    the perform site up to the handler that got it.
    """

    __slots__ = ("_k",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k",)
    _shown = "k"

    def __init__(self, k: Any = None) -> None:
        self._k = k

    k = field("k", "The continuation; None stands for the place where this is yielded.")


class CreateContinuation(Node, Program[Any]):
    """Gives an unstarted continuation: its use starts `program` under `handlers`.

    `handlers` is a list or tuple, innermost first.
    """

    __slots__ = ("_handlers", "_program")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("program", "handlers")

    def __init__(self, program: Any, handlers: Any = ()) -> None:
        self._program = program
        self._handlers = handlers

    program = field("program", "The program.")
    handlers = field("handlers", "The handlers, innermost first.")


class ResumeContinuation(Node, Program[Any]):
    """As `Resume`, for an unstarted continuation too, which takes no value."""

    __slots__ = ("_k", "_value")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "value")

    def __init__(self, k: Any, value: Any = None) -> None:
        self._k = k
        self._value = value

    k = field("k", "The continuation.")
    value = field("value", "What the performer gets.")


class TailCall(Node, Program[Any]):
    """The generator that yields this ends, then `program` runs in its place."""

    __slots__ = ("_program",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("program",)

    def __init__(self, program: Any) -> None:
        self._program = program

    program = field("program", "The program.")


class Safe(Node, Program[Any]):
    """Runs `program` and gives `Ok(value)`, or `Err(error)` where it raised an `Exception`."""

    __slots__ = ("_program",)
    __init_subclass__ = refuse_subclass
    __match_args__ = ("program",)

    def __init__(self, program: Any) -> None:
        self._program = program

    program = field("program", "The program.")
