"""Signals, and threads that the interpreter does not wait for."""

from __future__ import annotations


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


def test_rule_26_the_interpreter_exits_while_a_daemon_thread_runs(isolated):
    for _ in range(5):
        isolated(
            """
import time

def clause(effect, k):
    return (yield Resume(k, 1))

@do
def body():
    while True:
        yield Ask()

threading.Thread(target=lambda: run(WithHandler(clause, body())), daemon=True).start()
time.sleep(0.1)
"""
        )
