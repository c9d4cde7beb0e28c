"""Runs, and a machine as an object, with handlers of its own and something to look at."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

from cesk_v3 import messages
from cesk_v3.crossings import leave_run
from cesk_v3.debug import DebugConfig
from cesk_v3.frames import ERROR, VALUE, Counters
from cesk_v3.handlers import checked_list
from cesk_v3.machine import ENTRIES, new_steps, taken
from cesk_v3.nodes import refuse_copy, refuse_subclass
from cesk_v3.programs import Program
from cesk_v3.starting import Raw
from cesk_v3.stdlib import Stdlib, extend, new_stdlib, reader
from cesk_v3.stdlib import state as state_handler
from cesk_v3.tracebacks import OURS, without_code, without_ours
from cesk_v3.vm import GIL_MODES

from .debug import tracing
from .loop import Engine, execute
from .rules import segment_of
from .segments import Segment

__all__ = ["VM", "run"]

T = TypeVar("T")

OURS.add(__name__.partition(".")[0])


class _Runs(threading.local):
    active = 0


_runs = _Runs()


@overload
def run(
    program: Program[T],
    handlers: Sequence[Any] = (),
    env: Mapping[Any, Any] | None = None,
    state: Mapping[Any, Any] | None = None,
) -> T: ...
@overload
def run(
    program: object,
    handlers: Sequence[Any] = (),
    env: Mapping[Any, Any] | None = None,
    state: Mapping[Any, Any] | None = None,
) -> Any: ...
def run(program: Any, handlers: Any = (), env: Any = None, state: Any = None) -> Any:
    """Run a program to its result.

    It runs under `handlers`, a list or tuple with the innermost first, a reader of `env` around
    these, and a handler of `state` around that; the latter two only if they are given.

    Raises:
        TypeError: `handlers`, `env` or `state` is something else, or `program` not a program.
        BaseException: whatever the program did not catch, the very object.
    """
    kind, payload = drive(program, handlers, env, state, (new_steps(), Counters(), None))
    if kind is VALUE:
        return payload
    context = payload.__context__
    try:
        raise payload
    finally:
        # Raising has chained the exception that our caller may be handling, as if it were
        # raised here and not on its way.
        BaseException.__setattr__(payload, "__context__", context)
        del payload, context  # they refer to this frame by the traceback


def drive(
    program: object, handlers: object, env: Any, state: Any, engine: Engine
) -> tuple[Any, Any]:
    """How a run ends: VALUE and the result, or ERROR and an exception that is ready to be raised.

    Raises nothing, but for what a signal's handler raises in the machine itself.
    """
    _runs.active += 1
    try:
        try:
            stack = [install(handlers, env, state)]
        except BaseException as error:
            return ERROR, without_ours(error)
        kind, payload, store = execute(program, stack, engine)
    finally:
        _runs.active -= 1
    try:
        if kind is ERROR:
            payload = without_code(payload, ENTRIES)
            leave_run(store, payload, outermost=not _runs.active)
        return kind, payload
    finally:
        del payload, store  # the traceback refers to this frame, by its callers


def install(handlers: object, env: Any, state: Any) -> Segment:
    """The innermost segment of a program under handlers, and those of `env` and `state`.

    Raises:
        TypeError: one of the arguments is not what it should be.
    """
    segments: list[Segment] = []
    if type(handlers) is not tuple or handlers:
        segments += map(checked_segment, checked_list("run()", handlers))
    if env is not None:
        segments.append(checked_segment(reader(env)))
    if state is not None:
        segments.append(checked_segment(state_handler(state)))
    inner = Segment(None, None, (), None, None)
    for segment in reversed(segments):
        segment.outer = inner
        inner = segment
    return inner


def checked_segment(handler: object) -> Segment:
    """The segment under the prompt of a handler.

    Raises:
        TypeError: it cannot be called, or is typed with what is not an effect.
    """
    segment = segment_of(handler)
    if isinstance(segment, TypeError):
        raise segment
    return segment


class VM:
    """Runs programs; has handlers whose store lives as long as it does.

    `debug` writes what it does to stderr, True for a line per step. `gil` tells when the GIL is
    let go of; it makes no difference here, where all is Python.

    Raises:
        TypeError: `debug` is neither a bool nor a `DebugConfig`.
        ValueError: `gil` is not "strict" or "adaptive".
    """

    __slots__ = ("__weakref__", "_engine", "_entered", "_py_store", "_stdlib")
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
        trace = tracing(config, steps, self._stdlib) if config else None
        self._engine: Engine = (steps, Counters(), trace)

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
        return taken(self._engine[0])

    def stats(self) -> dict[str, int]:
        """Counts: of effects performed (`dispatches`) and of calls of `Modify`'s functions
        (`callbacks`). Segments are left to Python here, so none are counted."""
        counters = self._engine[1]
        return {
            "segments_live": 0,
            "segments_pooled": 0,
            "dispatches": counters.dispatches,
            "callbacks": counters.callbacks,
        }

    def _drive(self, program: object, handlers: object, env: object, state: object) -> Any:
        if not self._entered.acquire(blocking=False):
            return ERROR, RuntimeError(messages.vm_in_use())
        try:
            return drive(program, handlers, env, state, self._engine)
        finally:
            self._entered.release()


ENTRIES.update((run.__code__, VM.run.__code__, VM.start_with_generator.__code__))
