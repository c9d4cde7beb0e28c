"""Programs that are very deep or very long, within bounds of memory: `cargo xtask soak`.

Each figure is taken in a process of its own, and printed; the exit status is 1 if one is out of
bounds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from doeff_vm import EffectBase, Get, Put, Resume, WithHandler, do, run, state

MEBIBYTE = 2**20

DEPTH = 1_000_000
LENGTH = 10_000_000
WARM_UP = 10_000
"""The resident size after so many effects is what the one after all of them is compared with."""

GROWTH = 4 * MEBIBYTE
"""How many bytes the resident size may grow by meanwhile."""

MEMORY = 4 * 2**30
"""How many bytes the deep programs may take."""

Figure = tuple[str, bool]
"""What was measured, in words, and whether it is within its bound."""


class Tick(EffectBase):
    pass


class Stop(EffectBase):
    pass


def memory(field: str) -> int:
    """`VmRSS`, the resident size of this process, or `VmHWM`, the largest so far, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(field)


def mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:.1f} MiB"


# ---- deep ---------------------------------------------------------------------------------------


@do
def count(n: int) -> Any:
    if n == 0:
        return 0
    return 1 + (yield count(n - 1))


def recursion() -> Figure:
    """Programs that wait for one another return."""
    result = run(count(DEPTH))
    largest = memory("VmHWM")
    text = f"{result:,} nested programs returned, in {mebibytes(largest)} at most"
    return text, result == DEPTH and largest <= MEMORY


@do
def deep(n: int, closed: list[int]) -> Any:
    if n == 0:
        return (yield Stop())
    try:
        return (yield deep(n - 1, closed))
    finally:
        closed[0] += 1


def abandoning(effect: Stop, k: Any) -> Any:
    return "abandoned"
    yield


def dropped_chain() -> Figure:
    """The frames of an abandoned continuation are closed, each once."""
    closed = [0]
    answer = run(WithHandler(abandoning, deep(DEPTH, closed)))
    text = f"{closed[0]:,} frames of an abandoned continuation closed"
    return text, answer == "abandoned" and closed[0] == DEPTH


# ---- long ---------------------------------------------------------------------------------------


def growth(program: Callable[[list[int]], Any], effects: str) -> Figure:
    """How much the resident size grows over a program that notes it twice."""
    sizes: list[int] = []
    run(program(sizes))
    early, late = sizes
    grown = late - early
    text = (
        f"{LENGTH:,} {effects}: {mebibytes(early)} after {WARM_UP:,}, "
        f"{mebibytes(late)} at the end, {grown / MEBIBYTE:+.2f} MiB"
    )
    return text, grown <= GROWTH


def rounds(effects: int, sizes: list[int]) -> Iterator[int]:
    """Counts up to `LENGTH` by so many effects a round, and notes the size when it is due."""
    for done in range(0, LENGTH, effects):
        if done == WARM_UP:
            sizes.append(memory("VmRSS"))
        yield done
    sizes.append(memory("VmRSS"))


@do
def ticking(sizes: list[int]) -> Any:
    for done in rounds(1, sizes):
        answer = yield Tick()
        if answer is not None:
            raise AssertionError(done)


def by_clause(effect: Tick, k: Any) -> Any:
    return (yield Resume(k))


def by_call(effect: Tick, k: Any) -> Any:
    return Resume(k)


def tail_resumes() -> Figure:
    """Clauses that resume in tail position."""
    return growth(lambda sizes: WithHandler(by_clause, ticking(sizes)), "tail-resumed effects")


def tail_resumes_of_calls() -> Figure:
    """Handler calls that return a `Resume`."""
    return growth(lambda sizes: WithHandler(by_call, ticking(sizes)), "effects resumed by calls")


@do
def storing(sizes: list[int]) -> Any:
    for done in rounds(2, sizes):
        yield Put("done", done)
        if (yield Get("done")) != done:
            raise AssertionError(done)


def gets_and_puts() -> Figure:
    """The built-in handler of states."""
    return growth(lambda sizes: WithHandler(state(), storing(sizes)), "Gets and Puts")


FIGURES = {
    figure.__name__: figure
    for figure in (recursion, dropped_chain, tail_resumes, tail_resumes_of_calls, gets_and_puts)
}


def take(name: str) -> int:
    """Takes one figure in this process and prints it; the exit status."""
    start = time.monotonic()
    text, within = FIGURES[name]()
    verdict = "ok" if within else "OUT OF BOUNDS"
    print(f"{verdict}: {text} ({time.monotonic() - start:.1f} s)", flush=True)
    return 0 if within else 1


def take_apart(name: str) -> int:
    """Takes one figure in a process of its own; the exit status."""
    python = [sys.executable, "-P", __file__, "--here", name]
    status = subprocess.run(python, check=False).returncode
    if status not in (0, 1):
        print(f"CRASHED: {name}, exit status {status}", flush=True)
    return 0 if status == 0 else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--here", action="store_true", help="take them in this process")
    parser.add_argument("figure", nargs="*", help=f"of {', '.join(FIGURES)}; all if none is named")
    arguments = parser.parse_args()
    if unknown := set(arguments.figure) - set(FIGURES):
        parser.error(f"there is no figure {', '.join(sorted(unknown))}")
    how = take if arguments.here else take_apart
    return max([how(name) for name in arguments.figure or FIGURES])


if __name__ == "__main__":
    sys.exit(main())
