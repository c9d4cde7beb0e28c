"""Which `yield`s are in tail position.

A generator that is suspended at `return (yield x)`, with no exception handler around it, can do
nothing with what it is sent but return it. So it may be finished before it is sent anything. Each
code object is analysed once, from its bytecode; on a version whose bytecode is not known here no
`yield` is in tail position.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from opcode import opmap
from types import CodeType
from typing import Any, NamedTuple

from .programs import Once

__all__ = ["is_tail"]

KNOWN = sys.version_info[:2] in ((3, 11), (3, 12), (3, 13))
"""Whether the bytecode of this CPython is what the analysis expects."""

YIELD_VALUE = opmap["YIELD_VALUE"]
RESUME = opmap.get("RESUME")
RETURN_VALUE = opmap["RETURN_VALUE"]
JUMP_FORWARD = opmap.get("JUMP_FORWARD")
SWAP = opmap.get("SWAP")
POP_TOP = opmap["POP_TOP"]
SEND = opmap.get("SEND")
END_SEND = opmap.get("END_SEND")
CLEANUP_THROW = opmap.get("CLEANUP_THROW")
JUMP_TO_SEND = opmap.get("JUMP_BACKWARD_NO_INTERRUPT")
CALL_INTRINSIC_1 = opmap.get("CALL_INTRINSIC_1")

STOPITERATION_ERROR = 3
"""The argument of `CALL_INTRINSIC_1` that makes `StopIteration` a `RuntimeError`."""


class Tails(NamedTuple):
    """The tail `yield`s of a code object, by `f_lasti` of a generator that is suspended there."""

    plain: frozenset[int]
    """Those of `return (yield x)`."""
    delegating: frozenset[int]
    """Those of `return (yield from x)`."""
    alone: bool
    """Whether one of `plain` is the only `yield` that there is."""


def is_tail(generator: Any) -> bool:
    """Whether a suspended generator can only return what it is sent."""
    code = generator.gi_code
    known = analysed.get(id(code))
    tails = known.tails if known is not None else analyse_once(code)
    if tails is None:
        return False
    if tails.alone:
        return True
    offset = generator.gi_frame.f_lasti
    if offset in tails.plain:
        return True
    # What it delegates to must be done as well once it gets its value: an iterator of ours is.
    return offset in tails.delegating and type(generator.gi_yieldfrom) is Once


class Analysed(weakref.ref[CodeType]):
    """The result of an analysis, which goes with the code object."""

    __slots__ = ("identity", "tails")

    identity: int
    tails: Tails | None


analysed: dict[int, Analysed] = {}
"""By the identity of the code object: to hash one reads all of it."""


def forget(known: Analysed) -> None:
    """A code object is gone."""
    analysed.pop(known.identity, None)


def analyse_once(code: CodeType) -> Tails | None:
    """The tail `yield`s of a code object that was not seen before; None if it has none."""
    known = Analysed(code, forget)  # pyright: ignore[reportArgumentType]
    known.identity = id(code)
    known.tails = Bytecode(code).tails() if KNOWN else None
    analysed[known.identity] = known
    return known.tails


class Bytecode:
    """The instructions of a code object: pairs of bytes, the opcode and its argument."""

    def __init__(self, code: CodeType) -> None:
        self.code = code.co_code
        self.handlers = list(handlers(code.co_exceptiontable))

    def tails(self) -> Tails | None:
        """Its tail `yield`s."""
        yields = [at for at in range(0, len(self.code), 2) if self.code[at] == YIELD_VALUE]
        plain: set[int] = set()
        delegating: set[int] = set()
        for at in yields:
            after = at + 4
            if self.is_covered(at) or not self.has(at + 2, RESUME):
                continue
            if not self.has(after, JUMP_TO_SEND):
                if self.returns(after):
                    plain.add(at + SHIFT)
                continue
            exit_ = self.exit_of_loop(after)
            if exit_ is not None and self.returns(exit_):
                delegating.add(at + SHIFT)
        if not plain and not delegating:
            return None
        return Tails(frozenset(plain), frozenset(delegating), bool(plain) and len(yields) == 1)

    def has(self, at: int, opcode: int | None, argument: int | None = None) -> bool:
        """Whether an instruction is at the offset `at`."""
        code = self.code
        found = at + 1 < len(code) and code[at] == opcode
        return found and (argument is None or code[at + 1] == argument)

    def is_covered(self, at: int) -> bool:
        """Whether an exception at an instruction would be looked at by code of the program.

        Since 3.12 one entry covers every generator, to convert `StopIteration`, and `yield from`
        has one of its own, which raises on what is not for it.
        """
        for start, end, target in self.handlers:
            if start <= at < end:
                if self.has(target, CLEANUP_THROW):
                    return self.is_covered(target)
                return not self.has(target, CALL_INTRINSIC_1, STOPITERATION_ERROR)
        return False

    def returns(self, at: int) -> bool:
        """Whether the code from `at` on does nothing but return the value on the stack."""
        while True:
            if self.has(at, JUMP_FORWARD):
                at += 2 + 2 * self.code[at + 1]
            elif self.has(at, SWAP, 2) and self.has(at + 2, POP_TOP):
                at += 4  # the end of a `for` drops its iterator from below the value
            else:
                return self.has(at, RETURN_VALUE)

    def exit_of_loop(self, jump: int) -> int | None:
        """Where a `yield from`, whose jump back is at `jump`, goes on once it has ended."""
        send = jump + 2 - 2 * self.code[jump + 1]
        if not self.has(send, SEND):
            return None
        end = send + SEND_LENGTH + 2 * self.code[send + 1]
        return end + 2 if self.has(end, END_SEND) else end


def handlers(table: bytes) -> Iterator[tuple[int, int, int]]:
    """The exception handlers: the offsets that each covers, and its own.

    CPython's `Objects/exception_handling_notes.txt` tells the format: an entry is start, length,
    target and depth, in units of two bytes, as big-endian groups of six bits.
    """
    numbers: list[int] = []
    value = 0
    for byte in table:
        value = value << 6 | byte & 0x3F
        if not byte & 0x40:
            numbers.append(value)
            value = 0
    for entry in range(0, len(numbers), 4):
        start, length, target, _depth = numbers[entry : entry + 4]
        yield start * 2, (start + length) * 2, target * 2


SEND_LENGTH = 2 if sys.version_info < (3, 12) else 4
"""Bytes of a `SEND` with its cache."""


def measure_shift() -> int:
    """What `f_lasti` of a suspended generator adds to the offset of its `YIELD_VALUE`."""

    def suspended() -> Iterator[None]:
        yield

    generator: Any = suspended()
    next(generator)
    code = generator.gi_code.co_code
    offset = next(at for at in range(0, len(code), 2) if code[at] == YIELD_VALUE)
    return generator.gi_frame.f_lasti - offset


SHIFT = measure_shift() if KNOWN else 0
