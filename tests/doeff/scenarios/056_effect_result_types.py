"""The readers of declared types: effects, handlers and programs."""

from collections.abc import Generator
from typing import Any, Generic, TypeVar

from doeff import (
    Ask,
    EffectBase,
    Get,
    Put,
    Try,
    do,
    effect_result_type,
    handler_effect_types,
    program_signature,
)

T = TypeVar("T")


class Write(EffectBase[T], Generic[T]):
    pass


class WriteFlag(Write[bool]):
    pass


class Deep(WriteFlag):
    pass


@do
def declared(x: int) -> Generator[Ask | Get, Any, str]:
    yield Ask("x")
    return "x"


@do
def open_effects() -> Generator[Any, Any, int]:
    yield Ask("x")
    return 1


@do
def nothing():
    return 1


@do
def texts() -> "Generator[Put, Any, None]":
    yield Put("a", 1)


for effect in (Write, WriteFlag, Deep, Ask, Put, Try, EffectBase):
    print(effect.__name__, effect_result_type(effect))
for function in (declared, open_effects, nothing, texts, print):
    print(program_signature(function))
print(handler_effect_types(print), handler_effect_types(int), handler_effect_types(None))
