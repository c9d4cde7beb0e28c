"""effect_result_type and program_signature: what annotations say about answers and effects."""

import typing
from collections.abc import Generator

from _kit import Ask, Tell, do, say, show, vm
from doeff_vm import _effect_types as readers

T = typing.TypeVar("T")
U = typing.TypeVar("U")


class Read(vm.EffectBase[int]):
    pass


class ReadMore(Read):
    pass


class Write(vm.EffectBase[T]):
    pass


class WriteText(Write[str]):
    pass


class Two(Write[U], typing.Generic[U]):
    pass


class TwoBytes(Two[bytes]):
    pass


class ListOf(vm.EffectBase[list[T]]):
    pass


for kind in (vm.EffectBase, Ask, Read, ReadMore, Write, WriteText, Two, TwoBytes, ListOf, int):
    show(kind.__name__, lambda k=kind: readers.effect_result_type(k))
show("instance", lambda: readers.effect_result_type(Read()))
show("value", lambda: readers.effect_result_type(3))
show("alias", lambda: readers.effect_result_type(Write[int]))


def declared(a) -> Generator[Ask | Tell, typing.Any, int]:
    yield a


def one_effect(a) -> Generator[Ask, typing.Any, int]:
    yield a


def open_effects(a) -> Generator[typing.Any, typing.Any, str]:
    yield a


def textual(a) -> "Generator[Ask, object, int]":
    yield a


def unknown(a) -> "Missing":  # noqa: F821
    yield a


def plain(a) -> int:
    return a


def nothing(a):
    yield a


def union(a) -> Generator[typing.Union[Ask, Tell], None, None]:  # noqa: UP007
    yield a


for function in (declared, one_effect, open_effects, textual, unknown, plain, nothing, union):
    show(function.__name__, lambda f=function: readers.program_signature(f))
    show(f"{function.__name__} marked", lambda f=function: readers.program_signature(do(f)))
show("builtin", lambda: readers.program_signature(len))
show("value", lambda: readers.program_signature(3))
say(readers.ProgramSignature._fields, readers.PassedEffects._fields)
