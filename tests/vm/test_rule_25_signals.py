"""Rule 25: signals are seen to where no bytecode runs that would do so."""

from __future__ import annotations

import pytest

NATIVE = {
    # A million prompts between the performer and the handler: one search, with no call in it.
    "a long search": """
program = Tick()
for _ in range(N):
    program = WithHandler(other, program, effects=Other)
@do
def body():
    while True:
        yield Tick()
program = body()
for _ in range(N):
    program = WithHandler(other, program, effects=Other)
program = WithHandler(answer, program)
""",
    # A chain of programs that are run by native iterators.
    "a long chain of readers": """
@do
def body():
    while True:
        yield doeff_vm.Ask("missing", 1)
program = body()
for _ in range(200_000):
    program = WithHandler(reader(), program)
""",
}

SETUP = """
import doeff_vm
import signal
import time

class Tick(EffectBase):
    pass

class Other(EffectBase):
    pass

def other(effect, k):
    return Resume(k)

def answer(effect, k):
    return Resume(k)
"""


@pytest.mark.parametrize("name", NATIVE)
def test_rule_25_an_interrupt_comes_soon(isolated, name):
    isolated(
        f"""{SETUP}
{NATIVE[name]}
signal.signal(signal.SIGALRM, signal.default_int_handler)
due = time.monotonic() + 1.5
signal.setitimer(signal.ITIMER_REAL, 1.5)
try:
    run(program)
except KeyboardInterrupt:
    late = time.monotonic() - due
else:
    raise AssertionError("the program ended")
# Leaving the prompts, and freeing them, is part of it.
assert late < 1.5, late
"""
    )


def test_rule_25_an_interrupt_is_raised_at_the_yield_of_the_running_frame(isolated):
    isolated(
        f"""{SETUP}
@do
def body():
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        while True:
            yield Tick()
    except KeyboardInterrupt:
        return "stopped"

program = body()
for _ in range(N):
    program = WithHandler(other, program, effects=Other)
signal.signal(signal.SIGALRM, signal.default_int_handler)
assert run(WithHandler(answer, program)) == "stopped"
"""
    )


def test_rule_25_no_signal_is_swallowed_by_safe(isolated):
    isolated(
        f"""{SETUP}
@do
def body():
    while True:
        yield Pure()

signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    run(Safe(body()))
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("Safe has swallowed the interrupt")
"""
    )
