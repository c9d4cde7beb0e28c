"""What the threads do. Each is a *seat*: a function that works at a meeting and says what it did.

Every seat measures its own time, and goes on working until all have measured theirs: nobody's
figure has a stretch in it in which the other one is already gone.
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter_ns

from doeff_vm import VM, WithHandler, do, run

NAP = 0.001
"""What the sleeper sleeps, in seconds."""

STEPS = 1_000
"""What the counter counts between two looks at the clock."""

NEVER = 3_600.0
"""A switch interval, in seconds, within which no thread asks another for the interpreter."""


@dataclass
class Work:
    """What a thread did."""

    repeats: int
    elapsed: int
    answers: list
    late: list = field(default_factory=list)


class Meeting:
    """Threads that begin together."""

    def __init__(self, threads, seconds):
        self.barrier = threading.Barrier(threads)
        self.nanoseconds = int(seconds * 1e9)
        self.lock = threading.Lock()
        self.measuring = threads

    def begin(self):
        """Wait for all; the time now, and when to stop."""
        self.barrier.wait()
        now = perf_counter_ns()
        return now, now + self.nanoseconds

    def measured(self):
        """One thread has its figure."""
        with self.lock:
            self.measuring -= 1


def together(seats, seconds):
    """Let every seat work on a thread of its own; what each did."""
    meeting = Meeting(len(seats), seconds)

    def take(seat):
        try:
            return seat(meeting)
        except BaseException:
            meeting.barrier.abort()
            meeting.measuring = 0
            raise

    with ThreadPoolExecutor(len(seats)) as pool:
        works = [pool.submit(take, seat) for seat in seats]
        for failed in works:
            error = failed.exception()
            if error is not None and not isinstance(error, threading.BrokenBarrierError):
                raise error
        return [work.result() for work in works]


# ---- seats ---------------------------------------------------------------------------------------


@do
def repeat(program, meeting):
    """Run the program over and over, under handlers that are installed once."""
    answers = {(yield program)}
    repeats = 0
    began, until = meeting.begin()
    now = began
    while now < until:
        answers.add((yield program))
        repeats += 1
        now = perf_counter_ns()
    meeting.measured()
    while meeting.measuring > 0:
        yield program
    return Work(repeats, now - began, list(answers))


def installed(program, handlers):
    """The program under handlers, given innermost first."""
    for handler, effects in handlers:
        if effects is None:
            program = WithHandler(handler, program)
        else:
            program = WithHandler(handler, program, effects)
    return program


def runner(gil):
    """What runs a program: a new VM's own `run`, or the function of that name."""
    return run if gil is None else VM(gil=gil).run


def machine(gil, program, handlers):
    """A seat that runs a program under handlers, each time on a new machine.

    An old one would keep its memory, and a large stack that happens to lie well would be faster
    than another for good.
    """
    return lambda meeting: runner(gil)(installed(repeat(program, meeting), handlers))


def counter(meeting):
    """Count, in plain Python."""
    total = repeats = 0
    began, until = meeting.begin()
    now = began
    while now < until:
        for _ in range(STEPS):
            total += 1
        repeats += 1
        now = perf_counter_ns()
    meeting.measured()
    while meeting.measuring > 0:
        pass
    return Work(repeats, now - began, [total])


def nap():
    """Sleep; how much later than asked for this thread got on, in nanoseconds."""
    before = perf_counter_ns()
    time.sleep(NAP)
    return perf_counter_ns() - before - int(NAP * 1e9)


def sleeper(meeting):
    """Sleep over and over."""
    late = []
    began, until = meeting.begin()
    now = began
    while now < until:
        late.append(nap())
        now = perf_counter_ns()
    meeting.measured()
    while meeting.measuring > 0:
        nap()
    return Work(len(late), now - began, [], late)


# ---- what is promised ----------------------------------------------------------------------------


@do
def mark(program, times, marks):
    """Run the program so many times, between two marks."""
    answers = set()
    marks.append(perf_counter_ns())
    for _ in range(times):
        answers.add((yield program))
    marks.append(perf_counter_ns())
    return list(answers)


def promise(gil, program, handlers, times):
    """Run a program while a sleeper naps, and no thread asks another for the interpreter.

    CPython's threads hand it over where bytecode runs because one that waits asks for it, after the
    switch interval. Here none does. So the sleeper gets on while the program runs only where the
    machine lets go of its own accord.
    """
    marks, during = [], []
    napping, stop = threading.Event(), threading.Event()

    def sleep():
        while not stop.is_set():
            late = nap()
            if len(marks) == 1:
                during.append(late)
            napping.set()

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=sleep)
    thread.start()
    napping.wait()
    sys.setswitchinterval(NEVER)
    try:
        # A nap that begins now ends with a wait for the interpreter that knows the new interval.
        for _ in range(2):
            napping.clear()
            napping.wait()
        answers = runner(gil)(installed(mark(program, times, marks), handlers))
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    return Work(len(during), marks[1] - marks[0], answers, during)
