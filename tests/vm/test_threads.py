"""Signals, and threads that the interpreter does not wait for."""

from __future__ import annotations

import pytest


def test_rule_25_no_interrupt_is_lost(isolated):
    """A clause that is being finished must not swallow the interrupt that arrives then."""
    isolated(
        """
import signal

def clause(effect, k):
    return (yield Resume(k, 1))

@do
def body(n):
    for _ in range(n):
        yield Ask()

signal.signal(signal.SIGALRM, signal.default_int_handler)
lost = 0
for index in range(60):
    signal.setitimer(signal.ITIMER_REAL, 0.01 + index * 1e-5)
    try:
        run(WithHandler(clause, body(N)))
    except KeyboardInterrupt:
        pass
    else:
        lost += 1
assert lost == 0, lost
"""
    )


DAEMONS = {
    "generator handler": "WithHandler(clause, body())",
    "plain handler": "WithHandler(plain, body())",
    "plain programs": "calling()",
    "Modify": "modifying()",
    "to_generator": "converting()",
    "typed handler": "WithHandler(TypedHandler(plain, Ask), body())",
}


@pytest.mark.parametrize("name", DAEMONS)
def test_rule_26_the_interpreter_exits_while_daemon_threads_run(isolated, name):
    for _ in range(12):
        isolated(
            f"""
import time

def clause(effect, k):
    return (yield Resume(k, 1))

def plain(effect, k):
    return Resume(k, 1)

@do
def body():
    while True:
        yield Ask()

@do
def value():
    return 1

@do
def calling():
    while True:
        yield value()

@do
def modifying():
    while True:
        yield Modify("key", lambda old: 1)

class Convertible:
    def to_generator(self):
        return self.generator()

    def generator(self):
        yield Pure(1)

@do
def converting():
    while True:
        yield Convertible()

for _ in range(3):
    threading.Thread(target=lambda: run({DAEMONS[name]}, state={{}}), daemon=True).start()
time.sleep(0.05)
"""
        )
