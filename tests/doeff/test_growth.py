"""What must not grow with how long a run of doeff's goes on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from doeff_vm import EffectBase, PyVM, TailEval, Transfer, WithBoundaries, WithHandler, do


class Start(EffectBase):
    pass


class Finish(EffectBase):
    pass


def objects_after(rounds: int, *, bounded: bool = False) -> int:
    """How many objects there are after so many tasks, run as doeff's scheduler runs them."""
    waiting: list[Any] = []
    found: list[int] = []

    @do
    def task() -> Iterator[Any]:
        yield Finish()

    @do
    def scheduling(effect: Any, k: Any) -> Iterator[Any]:
        if isinstance(effect, Start):
            waiting.append(k)
            program: Any = WithHandler(scheduling, task())
            if bounded:
                program = WithBoundaries([], program)
            return (yield TailEval(program))
        return (yield Transfer(waiting.pop(), None))

    @do
    def main() -> Iterator[Any]:
        for _ in range(rounds):
            yield Start()
        gc.collect()
        found.append(len(gc.get_objects()))

    PyVM().run(WithHandler(scheduling, main()))
    return found.pop()


def test_tasks_that_have_ended_leave_nothing_in_the_run() -> None:
    for bounded in (False, True):
        objects_after(10, bounded=bounded)  # first uses of things
        few, many = (objects_after(rounds, bounded=bounded) for rounds in (10, 1_000))
        assert many - few < 100
