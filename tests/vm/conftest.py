"""Helpers of the VM's own tests."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest


@pytest.fixture
def isolated() -> Callable[..., str]:
    """Runs a script in a process of its own, so that a crash is a failure with its output."""

    def run(script: str, timeout: float = 100) -> str:
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", PRELUDE + textwrap.dedent(script)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, (
            f"exit status {done.returncode}\n{done.stdout[-2_000:]}\n{done.stderr[-6_000:]}"
        )
        return done.stdout

    return run


PLAIN_CHAIN = """
class Link:
    def __init__(self, value):
        self.value = value

def test():
    value = None
    for _ in range(N):
        value = Link(value)
    del value

on_a_small_stack(test)
"""


@pytest.fixture(scope="session")
def cpython_drops_long_chains() -> None:
    """Skips where CPython crashes on dropping a long chain of its own (3.13.0 does)."""
    script = [sys.executable, "-c", PRELUDE + PLAIN_CHAIN]
    if subprocess.run(script, capture_output=True, check=False).returncode != 0:
        pytest.skip("this CPython cannot drop a long chain of plain objects")


PRELUDE = '''
import gc
import resource
import sys
import threading
import weakref

from doeff_vm import (
    VM, ContinuationConsumed, CreateContinuation, Delegate, EffectBase, Err, Get, GetHandlers,
    Listen, Local, Modify, Ok, Pass, Pure, Put, Resume, ResumeContinuation, ResumeThrow, Safe,
    TailCall, Tell, Transfer, TransferThrow, TypedHandler, WithHandler, do, reader, run, state,
    with_handlers, writer,
)

N = 1_000_000


class Ask(EffectBase):
    def __init__(self, value=None):
        self.value = value


def peak():
    """The most memory that the process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024


def on_a_small_stack(function):
    """Run `function` on a thread with a stack of 256 KiB; its error fails the process."""
    failed = []

    def target():
        try:
            function()
        except BaseException as error:
            failed.append(error)

    threading.stack_size(256 * 1_024)
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


'''
