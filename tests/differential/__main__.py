"""The command: compare the engines on many random programs, or show what those are like.

Exit status: 0 if the engines agree, 1 with a small program if not, 2 if one ended a process.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from .compare import ENGINES, differences, engines, report
from .generate import random_scenario
from .grammar import Scenario
from .histogram import Histogram
from .render import pasteable
from .shrink import shrink

CHUNK = 50
"""Programs that a process runs at a time."""

INTERVAL = 10
"""Seconds between two lines of progress."""


def main() -> int:
    """Run the command and give its exit status."""
    options = _options()
    numbers = range(options.first, options.first + options.programs)
    if options.show:
        print("\n\n".join(pasteable(_scenario(options.seed, number)) for number in numbers))
        return 0
    if options.histogram:
        engine = engines()[ENGINES.index(options.histogram)]
        histogram = Histogram()
        for number in numbers:
            histogram.add(_scenario(options.seed, number), engine)
        print(histogram)
        return 0
    return _compare(options.seed, numbers, options.processes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m differential", description=__doc__)
    add = parser.add_argument
    add("--programs", type=int, default=10_000, metavar="N", help="how many (default: %(default)s)")
    add("--seed", default="0", help="another seed gives other programs (default: %(default)s)")
    add("--first", type=int, default=0, metavar="N", help="the number of the first program")
    add("--processes", type=int, default=1, metavar="N", help="how many at once")
    add("--show", action="store_true", help="print the programs as scripts, and run none")
    add(
        "--histogram",
        nargs="?",
        choices=ENGINES,
        const=ENGINES[1],
        help="show what the programs are like, by running them on one engine (default: %(const)s)",
    )
    return parser.parse_args()


def _scenario(seed: str, number: int) -> Scenario:
    return random_scenario(f"{seed}:{number}")


def _first_difference(seed: str, numbers: range) -> int | None:
    """The number of the first program on which the engines disagree."""
    on = engines()
    return next((n for n in numbers if differences(_scenario(seed, n), on)), None)


def _compare(seed: str, numbers: range, processes: int) -> int:
    chunks = (numbers[i : i + CHUNK] for i in range(0, len(numbers), CHUNK))
    with ProcessPoolExecutor(processes) as pool:
        running: dict[Future[int | None], range] = {}
        try:
            for done in _outcomes(pool, processes, seed, chunks, running):
                if done is not None:
                    for future in running:
                        future.cancel()
                    _explain(seed, done)
                    return 1
        except BrokenProcessPool:
            print(f"A process ended while it ran programs of {sorted(map(str, running.values()))}.")
            return 2
    print(f"The engines agree on {len(numbers):,} programs.")
    return 0


def _outcomes(
    pool: ProcessPoolExecutor,
    processes: int,
    seed: str,
    chunks: Iterator[range],
    running: dict[Future[int | None], range],
) -> Iterator[int | None]:
    """What each chunk gave, as they come in. `running` tells which are under way."""
    started = reported = time.monotonic()
    finished = 0

    def submit(more: int) -> None:
        for chunk in islice(chunks, more):
            running[pool.submit(_first_difference, seed, chunk)] = chunk

    submit(2 * processes)
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            result = future.result()
            finished += len(running.pop(future))
            yield result
        submit(len(done))
        now = time.monotonic()
        if now - reported >= INTERVAL:
            reported = now
            speed = finished / (now - started)
            print(f"{finished:,} programs, {speed:,.0f} a second", file=sys.stderr, flush=True)


def _explain(seed: str, number: int) -> None:
    """Print a small program that shows the difference found in one."""
    on = engines()
    small = shrink(_scenario(seed, number), lambda s: differences(s, on) is not None)
    print(report(small, on))
    print(f"# Made smaller from program {number} of seed {seed}.")


if __name__ == "__main__":
    raise SystemExit(main())
