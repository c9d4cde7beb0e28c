"""A machine as an object, with handlers of its own and something to look at."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

from . import messages
from .debug import DebugConfig, tracing
from .frames import ERROR, VALUE, Counters
from .level2 import step
from .machine import ENTRIES, Engine, drive, new_steps, taken
from .nodes import refuse_copy, refuse_subclass
from .programs import Program
from .starting import Raw
from .stdlib import Stdlib, extend, new_stdlib

__all__ = ["VM"]

T = TypeVar("T")

GIL_MODES = ("strict", "adaptive")


class VM:
    """Runs programs; has handlers whose store lives as long as it does.

    `debug` writes what it does to stderr, True for a line per step. `gil` tells when the GIL is
    let go of; it makes no difference here, where all is Python.

    Raises:
        TypeError: `debug` is neither a bool nor a `DebugConfig`.
        ValueError: `gil` is not "strict" or "adaptive".
    """

    __slots__ = (
        "__weakref__",
        "_engine",
        "_entered",
        "_py_store",
        "_stdlib",
    )
    __init_subclass__ = refuse_subclass
    __reduce_ex__ = refuse_copy

    def __init__(
        self, *, debug: bool | DebugConfig = False, gil: Literal["strict", "adaptive"] = "adaptive"
    ) -> None:
        if not isinstance(debug, bool | DebugConfig):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(messages.bad_debug(debug))
        if gil not in GIL_MODES:
            raise ValueError(messages.bad_option("gil", GIL_MODES, gil))
        self._entered = threading.RLock()
        """Held by the thread that runs a program."""
        self._py_store: dict[Any, Any] = {}
        self._stdlib = new_stdlib()
        steps = new_steps()
        config = DebugConfig() if debug is True else debug
        traced = tracing(config, steps, self._stdlib) if config else step
        self._engine = Engine(traced, steps, Counters())

    @overload
    def run(
        self,
        program: Program[T],
        handlers: Sequence[Any] = (),
        env: Mapping[Any, Any] | None = None,
        state: Mapping[Any, Any] | None = None,
    ) -> T: ...
    @overload
    def run(
        self,
        program: object,
        handlers: Sequence[Any] = (),
        env: Mapping[Any, Any] | None = None,
        state: Mapping[Any, Any] | None = None,
    ) -> Any: ...
    def run(self, program: Any, handlers: Any = (), env: Any = None, state: Any = None) -> Any:
        """As the function `run`.

        Raises:
            RuntimeError: another thread runs a program on this VM.
            TypeError, BaseException: as the function.
        """
        kind, payload = self._drive(program, handlers, env, state)
        if kind is VALUE:
            return payload
        context = payload.__context__
        try:
            raise payload
        finally:  # as in the function
            BaseException.__setattr__(payload, "__context__", context)
            del payload, context

    def start_with_generator(
        self,
        g: Generator[Any, Any, T],
        handlers: Sequence[Any] = (),
        env: Mapping[Any, Any] | None = None,
        state: Mapping[Any, Any] | None = None,
    ) -> T:
        """Run a raw generator, a new one, to its result.

        Raises:
            TypeError: `g` is something else; otherwise as `run`.
            RuntimeError, BaseException: as `run`.
        """
        kind, payload = self._drive(Raw(g), handlers, env, state)
        if kind is VALUE:
            return payload
        context = payload.__context__
        try:
            raise payload
        finally:  # as in the function `run`
            BaseException.__setattr__(payload, "__context__", context)
            del payload, context

    def stdlib(
        self, env: Mapping[Any, Any] | None = None, state: Mapping[Any, Any] | None = None
    ) -> Stdlib:
        """The handlers of this VM, after `env` and `state` were added to their store.

        Raises:
            TypeError: `env` or `state` is not a mapping.
        """
        extend(self._stdlib, env, state)
        return self._stdlib

    @property
    def py_store(self) -> dict[Any, Any]:
        """A dict for the user's handlers, which the machine never reads."""
        return self._py_store

    @property
    def step_count(self) -> int:
        """The number of steps so far."""
        return taken(self._engine.steps)

    def stats(self) -> dict[str, int]:
        """Counts: of effects performed (`dispatches`) and of calls of `Modify`'s functions
        (`callbacks`). K is one list here, so there are no `segments_live` or `segments_pooled`."""
        return {
            "segments_live": 0,
            "segments_pooled": 0,
            "dispatches": self._engine.counters.dispatches,
            "callbacks": self._engine.counters.callbacks,
        }

    def _drive(self, program: object, handlers: object, env: object, state: object) -> Any:
        if not self._entered.acquire(blocking=False):
            return ERROR, RuntimeError(messages.vm_in_use())
        try:
            return drive(program, handlers, env, state, self._engine)
        finally:
            self._entered.release()


ENTRIES.update((VM.run.__code__, VM.start_with_generator.__code__))
