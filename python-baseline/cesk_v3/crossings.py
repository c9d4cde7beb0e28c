"""Which clauses an error crossed on its way out, and the note that tells.

An error crosses a clause when it leaves it although its `k` was used: then it goes on to the
program around the handler instead of to the performer. The store S holds the errors that did.
"""

from __future__ import annotations

import gc
from types import CodeType
from typing import NamedTuple, cast

from .effects import EffectBase
from .frames import AnyGenerator, DispatchingFrame, Store
from .messages import name_of, short_repr
from .nodes import Node

__all__ = ["InFlight", "crossed", "forget", "leave_run", "settle"]

HEADER = "crossed handler clauses, innermost first:"
LEFT = "__doeff_crossed__"
"""Where an error that leaves a run inside a run keeps its crossings."""

LINES_LIMIT = 20
"""Lines of the note: the header, the clauses and `and N more`."""


class InFlight(NamedTuple):
    """An error that crossed clauses and is not over yet."""

    error: BaseException
    lines: tuple[str, ...]
    """The first clauses."""
    more: int
    """How many others."""
    holder: AnyGenerator | None
    """The generator that yields while it handles the error (in a `finally`, say)."""


def crossed(store: Store, error: BaseException, dispatch: DispatchingFrame) -> Store:
    """The store after `error` crossed the clause of `dispatch`."""
    before = record_of(store, error)
    lines, more = (before.lines, before.more) if before else ((), 0)
    if len(lines) < LINES_LIMIT - 2:
        lines = (*lines, describe(error, dispatch))
    else:
        more += 1
    others = tuple(record for record in store.in_flight if record is not before)
    return Store(store.counters, (*others, InFlight(error, lines, more, None)))


def record_of(store: Store, error: BaseException) -> InFlight | None:
    """The crossings of `error` so far, those of a run inside this one included."""
    for record in store.in_flight:
        if record.error is error:
            return record
    left: object = vars(error).pop(LEFT, None)
    return left if isinstance(left, InFlight) else None


def settle(store: Store, generator: AnyGenerator, raised: object) -> Store:
    """The store after a step of `generator`, which may have raised `raised`.

    An error that was caught is forgotten; one that is still being handled by a generator which
    has yielded meanwhile (as the collector sees) may go on later.
    """
    kept: list[InFlight] = []
    for record in store.in_flight:
        if record.error is raised:
            kept.append(record._replace(holder=None))
            continue
        holder = record.holder or generator
        if any(part is record.error for part in gc.get_referents(holder)):
            kept.append(record._replace(holder=holder))
    return Store(store.counters, tuple(kept))


def forget(store: Store, error: BaseException) -> Store:
    """The store after `error` became a value."""
    if not store.in_flight:
        return store
    others = (record for record in store.in_flight if record.error is not error)
    return Store(store.counters, tuple(others))


def describe(error: BaseException, dispatch: DispatchingFrame) -> str:
    """One line of the note.

    The clause's generator, if it has one, is the top frame of the traceback.
    """
    traceback = error.__traceback__
    if traceback is None and isinstance(error.__cause__, StopIteration):
        # CPython makes a RuntimeError of what a generator may not raise; only that has been there.
        traceback = error.__cause__.__traceback__
    if traceback is None or isinstance(dispatch.program, Node | EffectBase):
        clause = name_of(dispatch.handler)
    else:
        clause = traceback.tb_frame.f_code.co_qualname
    effect, place = short_repr(dispatch.effect), describe_site(dispatch.site)
    return f"  {effect}, performed in {place}, handled by {clause}"


def describe_site(site: tuple[CodeType, int] | None) -> str:
    """Where an effect was performed."""
    if site is None:
        return "no generator"
    code, instruction = site
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= instruction < end and number is not None:
            line = number
    return f"{code.co_qualname} ({code.co_filename}:{line})"


def leave_run(store: Store, error: BaseException, outermost: bool) -> None:
    """`error` leaves a run: the outermost one gives it the note, another leaves that to it."""
    record = record_of(store, error)
    if record is None:
        return
    if outermost:
        add_note(record, error)
    else:
        vars(error)[LEFT] = record._replace(holder=None)


def add_note(record: InFlight, error: BaseException) -> None:
    """Give `error` the note; one of ours already there is replaced."""
    lines = [HEADER, *record.lines]
    if record.more:
        lines.append(f"  and {record.more} more")
    notes: object = getattr(error, "__notes__", [])
    if isinstance(notes, list):
        others = [note for note in cast("list[object]", notes) if not is_ours(note)]
        # A class may refuse assignments (a frozen dataclass does).
        BaseException.__setattr__(error, "__notes__", [*others, "\n".join(lines)])


def is_ours(note: object) -> bool:
    """Whether a note of an exception is one of `add_note`."""
    return isinstance(note, str) and note.startswith(HEADER)
