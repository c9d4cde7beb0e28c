"""The built-in handlers: state, reader and writer, each with a store of its own.

The machine asks a handler for its answer without a call of a clause. A handler object can be
called as well, with `(effect, k)`, so that a handler of the user's may leave an effect to it.
"""

# The handlers read the fields of our own nodes, which their users see as properties.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Never

from . import messages
from .builtin_effects import NO_DEFAULT, Ask, Get, Listen, Local, Modify, Put, Tell
from .effects import class_of
from .errors import MissingKey
from .frames import ERROR, EVALUATE, VALUE, Control, Counters
from .nodes import Node, refuse_copy, refuse_subclass
from .primitives import Pass, Resume, ResumeThrow
from .programs import Program
from .tracebacks import stopped, without_ours, without_top

__all__ = [
    "ACCEPTED",
    "ReaderHandler",
    "ResumeProgram",
    "StateHandler",
    "Stdlib",
    "Under",
    "WriterHandler",
    "extend",
    "missing",
    "new_stdlib",
    "reader",
    "sizes",
    "state",
    "writer",
]


class Under(Program[Any]):
    """Runs `program` under `handler`, for `Local` and `Listen`: a writer's result has its log."""

    __slots__ = ("handler", "program")
    __init_subclass__ = refuse_subclass

    def __init__(self, handler: ReaderHandler | WriterHandler, program: Any) -> None:
        self.handler = handler
        self.program = program


class ResumeProgram(Node, Program[Any]):
    """As `Resume`, with the result of `program`, which is run where the performer waits."""

    __slots__ = ("_k", "_program")
    __init_subclass__ = refuse_subclass
    __match_args__ = ("k", "program")

    def __init__(self, k: Any, program: Under) -> None:
        self._k = k
        self._program = program


def primitive(control: Control | None, effect: Any, k: Any) -> Program[Any]:
    """What a handler object that is called returns for its answer."""
    if control is None:
        return Pass(effect, k)
    kind, payload = control
    if kind is VALUE:
        return Resume(k, payload)
    if kind is ERROR:
        return ResumeThrow(k, payload)
    assert isinstance(payload, Under)
    return ResumeProgram(k, payload)


def copy_mapping(place: str, mapping: Any) -> dict[Any, Any]:
    """A dict of what `mapping` has.

    Raises:
        TypeError: it is not a mapping.
    """
    if hasattr(mapping, "keys") and hasattr(class_of(mapping), "__getitem__"):
        return dict(mapping)
    raise TypeError(messages.not_a_mapping(place, mapping))


class StateHandler:
    """Answers `Get`, `Put` and `Modify` from a dict of its own, which starts as a copy.

    Raises:
        TypeError: `initial` is not a mapping.
    """

    __slots__ = ("__weakref__", "_items")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    def __init__(self, initial: Mapping[Any, Any] | None = None) -> None:
        self._items = {} if initial is None else copy_mapping("state()", initial)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def items(self) -> dict[Any, Any]:
        """A copy of the state."""
        return self._items.copy()

    def __call__(self, effect: Any, k: Any) -> Program[Any]:
        return primitive(self._answer(effect, Counters()), effect, k)

    def _answer(self, effect: Any, counters: Counters) -> Control | None:
        kind = class_of(effect)
        try:
            if kind is Get:
                return (VALUE, self._items.get(effect._key))
            if kind is Put:
                self._items[effect._key] = effect._value
                return (VALUE, None)
        except BaseException as error:
            return (ERROR, without_top(error))
        return self._modify(effect, counters) if kind is Modify else None

    def _modify(self, effect: Modify, counters: Counters) -> Control:
        try:
            old = self._items.get(effect._key)
        except BaseException as error:
            return (ERROR, without_top(error))
        counters.callbacks += 1
        try:
            new = effect._f(old)
        except BaseException as error:
            return (ERROR, stopped(effect._f, error))
        try:
            self._items[effect._key] = new
        except BaseException as error:
            return (ERROR, without_top(error))
        return (VALUE, old)


LACKING: Any = object()
"""In place of the value of a key that a reader does not have."""


class ReaderHandler:
    """Answers `Ask` from a dict of its own, which starts as a copy, and `Local`.

    An `Ask` for a key that it lacks is passed on.

    Raises:
        TypeError: `env` is not a mapping.
    """

    __slots__ = ("__weakref__", "_env")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    def __init__(self, env: Mapping[Any, Any] | None = None) -> None:
        self._env = {} if env is None else copy_mapping("reader()", env)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def env(self) -> dict[Any, Any]:
        """A copy of the environment."""
        return self._env.copy()

    def __call__(self, effect: Any, k: Any) -> Program[Any]:
        control = self._answer(effect, Counters())
        if control is None and type(effect) is Ask:
            return lacking(effect, k)
        return primitive(control, effect, k)

    def _answer(self, effect: Any, _counters: Counters) -> Control | None:
        kind = class_of(effect)
        try:
            if kind is Ask:
                value = self._env.get(effect._key, LACKING)
                return None if value is LACKING else (VALUE, value)
            if kind is Local:
                nested = ReaderHandler()
                nested._env = copy_mapping("Local", effect._bindings)
                return (EVALUATE, Under(nested, effect._program))
        except BaseException as error:
            return (ERROR, without_ours(error))
        return None


def lacking(effect: Ask, k: Any) -> Pass:
    """A reader's `Pass`: where no other reader has the key, it is missing."""
    passed = Pass(effect, k)
    passed._from_reader = True
    return passed


def missing(effect: Ask) -> Control:
    """How an `Ask` goes on that readers lack the key of, and that nobody else accepts."""
    if effect._default is NO_DEFAULT:
        return (ERROR, MissingKey(effect._key))
    return (VALUE, effect._default)


class WriterHandler:
    """Adds what `Tell` tells to a list of its own, and answers `Listen`."""

    __slots__ = ("__weakref__", "_logs", "_nested")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    def __init__(self) -> None:
        self._logs: list[Any] = []
        self._nested = False
        """Whether it listens, and so passes on what it hears."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def logs(self) -> list[Any]:
        """A copy of the log."""
        return self._logs.copy()

    def __call__(self, effect: Any, k: Any) -> Program[Any]:
        return primitive(self._answer(effect, Counters()), effect, k)

    def _answer(self, effect: Any, _counters: Counters) -> Control | None:
        kind = class_of(effect)
        if kind is Tell:
            self._logs.append(effect._entry)
            return None if self._nested else (VALUE, None)
        if kind is Listen:
            nested = WriterHandler()
            nested._nested = True
            return (EVALUATE, Under(nested, effect._program))
        return None


ACCEPTED: dict[type, tuple[type, ...]] = {
    StateHandler: (Get, Put, Modify),
    ReaderHandler: (Ask, Local),
    WriterHandler: (Tell, Listen),
}
"""What each built-in handler accepts."""


def state(initial: Mapping[Any, Any] | None = None) -> StateHandler:
    """A handler of `Get`, `Put` and `Modify` whose state starts as a copy of `initial`.

    Raises:
        TypeError: `initial` is not a mapping.
    """
    return StateHandler(initial)


def reader(env: Mapping[Any, Any] | None = None) -> ReaderHandler:
    """A handler of `Ask` and `Local` with a copy of `env`.

    Raises:
        TypeError: `env` is not a mapping.
    """
    return ReaderHandler(env)


def writer() -> WriterHandler:
    """A handler of `Tell` and `Listen` with an empty log."""
    return WriterHandler()


class Stdlib:
    """A VM's own handlers, which share its store."""

    __slots__ = ("_reader", "_state", "_writer")
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    _state: StateHandler
    _reader: ReaderHandler
    _writer: WriterHandler

    def __new__(cls, *_args: object, **_kwargs: object) -> Never:
        raise TypeError("a Stdlib is made by a VM alone: call VM().stdlib()")

    @property
    def state(self) -> StateHandler:
        """Answers `Get`, `Put` and `Modify`."""
        return self._state

    @property
    def reader(self) -> ReaderHandler:
        """Answers `Ask` and `Local`."""
        return self._reader

    @property
    def writer(self) -> WriterHandler:
        """Answers `Tell` and `Listen`."""
        return self._writer


def new_stdlib() -> Stdlib:
    """Handlers with an empty store."""
    stdlib: Stdlib = object.__new__(Stdlib)
    stdlib._state = StateHandler()
    stdlib._reader = ReaderHandler()
    stdlib._writer = WriterHandler()
    return stdlib


def extend(stdlib: Stdlib, env: Any, state: Any) -> None:
    """Add to the environment and to the state.

    Raises:
        TypeError: `env` or `state` is not a mapping; nothing is added then.
    """
    more_env = {} if env is None else copy_mapping("reader()", env)
    more_state = {} if state is None else copy_mapping("state()", state)
    stdlib._reader._env.update(more_env)
    stdlib._state._items.update(more_state)


def sizes(stdlib: Stdlib) -> tuple[int, int, int]:
    """How many entries state, environment and log have."""
    return len(stdlib._state._items), len(stdlib._reader._env), len(stdlib._writer._logs)
