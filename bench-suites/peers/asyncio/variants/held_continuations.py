"""held_continuations as asyncio has it: tasks that each wait for a future."""

from asyncio import create_task, get_running_loop, sleep
from functools import partial

from held_continuations import REPLY


async def task(number, future):
    """Wait once."""
    reply = await future
    return number + reply


async def start_and_resume(size):
    """Start all tasks, resume all, and sum their results."""
    new_future = get_running_loop().create_future
    futures = [new_future() for _ in range(size)]
    tasks = [create_task(task(number, future)) for number, future in enumerate(futures)]
    # All tasks begin before this one goes on, and wait.
    await sleep(0)
    for future in futures:
        future.set_result(REPLY)
    total = 0
    for waiting in tasks:
        total += await waiting
    return total


def body(size):
    """The tasks."""
    return partial(start_and_resume, size)
