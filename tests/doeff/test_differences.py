"""What differs from doeff's own machine on purpose: the list in `docs/doeff.md`."""

from __future__ import annotations

import enum
import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import pytest
from doeff_vm import (
    Apply,
    Callable,
    Continuation,
    EffectBase,
    Err,
    GetHandlers,
    IRStream,
    K,
    Ok,
    Pass,
    Pure,
    PyVM,
    Resume,
    Transfer,
    WithHandler,
    do,
)

T = TypeVar("T")


class Ask(EffectBase):
    pass


@do
def asking() -> Iterator[Any]:
    return (yield Ask())


def kept(program: Any = None) -> Any:
    """A continuation whose run has ended."""
    found: list[Any] = []

    @do
    def keeping(effect: Any, k: Any) -> str:
        found.append(k)
        return "kept"

    assert PyVM().run(WithHandler(keeping, program or asking())) == "kept"
    return found.pop()


def caught(node: Any) -> BaseException:
    """What a generator gets that yields a node."""

    @do
    def main() -> Iterator[Any]:
        try:
            yield node
        except BaseException as error:
            return error

    return PyVM().run(main())


def test_constructors_check_nothing() -> None:
    for node in (Resume(3, 4), Transfer(3, 4), WithHandler(3, Pure(1))):
        assert type(caught(node)) is TypeError


def test_arguments_may_be_left_out() -> None:
    assert PyVM().run(Resume(kept())) is None
    assert PyVM().run(Pure()) is None
    assert PyVM().run(GetHandlers()) == []
    assert Transfer(1).value is None
    assert (Pass().effect, Pass().k) == (None, None)


@pytest.mark.parametrize("sequence", [list, tuple])
def test_apply_takes_programs(sequence: Any) -> None:
    @do
    def two() -> int:
        return 2

    assert PyVM().run(Apply(Pure(Callable(max)), sequence([two(), Pure(1)]))) == 2


def test_equal_results_are_equal() -> None:
    error = ValueError()
    assert Ok(1) == Ok(1) != Ok(2)
    assert len({Ok(1), Ok(1), Err(error), Err(error)}) == 2


def test_values_keep_their_identity() -> None:
    for value in (Callable(len), IRStream(iter(()))):
        assert PyVM().run(Pure(value)) is value


def test_a_handler_without_yield_may_use_its_continuation_elsewhere() -> None:
    @do
    def resuming(effect: Any, k: Any) -> tuple[str, Any]:
        return ("clause", PyVM().run(Resume(k, 1)))

    @do
    def closing(effect: Any, k: Any) -> str:
        k.close()
        return "closed"

    assert PyVM().run(WithHandler(resuming, asking())) == ("clause", 1)
    assert PyVM().run(WithHandler(closing, asking())) == "closed"


def test_a_second_wrong_yield_can_be_caught() -> None:
    @do
    def main() -> Iterator[Any]:
        seen = []
        for _ in range(2):
            try:
                yield 3
            except TypeError as error:
                seen.append(type(error))
                try:
                    yield 4
                except TypeError as second:
                    seen.append(type(second))
        return seen

    assert PyVM().run(main()) == [TypeError] * 4


def test_a_continuation_belongs_to_no_run_and_no_thread() -> None:
    assert PyVM().run(Resume(kept(), 1)) == 1
    k, results = kept(), []
    thread = threading.Thread(target=lambda: results.append(PyVM().run(Resume(k, 2))))
    thread.start()
    thread.join()
    assert results == [2]


def test_a_cycle_through_a_continuation_is_collected() -> None:
    class Holder:
        k: Any = None

    holder = Holder()

    @do
    def holding(held: Holder) -> Iterator[Any]:
        yield Ask()
        return held

    holder.k = kept(holding(holder))
    gone = weakref.ref(holder)
    del holder
    gc.collect()
    assert gone() is None


def test_k_is_our_class() -> None:
    k = kept()
    assert K is Continuation is type(k)
    assert (k.used, repr(k)) == (False, "<Continuation unused>")
    k.close()
    assert (k.used, k.to_dict()) == (True, {"consumed": True})


def test_a_dropped_continuation_closes_from_the_innermost() -> None:
    closed = []

    @do
    def inner() -> Iterator[Any]:
        try:
            yield Ask()
        finally:
            closed.append("inner")

    @do
    def outer() -> Iterator[Any]:
        try:
            yield inner()
        finally:
            closed.append("outer")

    k = kept(outer())
    assert closed == []
    del k
    assert closed == ["inner", "outer"]


def test_an_effect_combines_with_other_classes() -> None:
    class Failure(EffectBase, Exception):
        pass

    class Colour(EffectBase, enum.Enum):
        RED = 1

    class Number(EffectBase, int):
        pass

    class Box(EffectBase, Generic[T]):
        pass

    @do
    def answer(effect: Any, k: Any) -> Iterator[Any]:
        return (yield Resume(k, effect))

    @do
    def main(effect: Any) -> Iterator[Any]:
        return (yield effect)

    for effect in (Failure(), Colour.RED, Number(), Box[int]()):
        assert PyVM().run(WithHandler(answer, main(effect))) is effect
