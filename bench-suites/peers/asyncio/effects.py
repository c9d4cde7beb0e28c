"""asyncio under the names that workloads import.

A coroutine is used up by the run that awaits it, so a program is a function of no arguments here,
which gives a new one.
"""

import asyncio

__all__ = ["EffectBase", "Pure", "do", "install", "run"]

EffectBase = object

# Workloads import these too, and variants replace what would use them.
Ask = Get = Put = Resume = Tell = WithHandler = None
reader = state = writer = None


async def Pure(value):
    """A coroutine that gives the value, and waits for nothing."""
    return value


def do(function):
    """A coroutine function needs no decorator."""
    return function


def install(handlers, program):
    """The program; there are no handlers."""
    return program


def run(program):
    """Run what the program gives."""
    return asyncio.run(program())
