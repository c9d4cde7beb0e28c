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


PRELUDE = '''
import gc
import resource
import sys
import threading
import weakref

from doeff_vm import (
    ContinuationConsumed, EffectBase, Pass, Pure, Resume, Transfer, WithHandler, do, run,
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
