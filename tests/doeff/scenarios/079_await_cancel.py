"""Cancelling a task that awaits cancels its coroutine."""

import asyncio
import threading

from _kit import describe, show
from doeff import Await, Cancel, Race, Spawn, Wait, do
from doeff_core_effects.handlers import await_handler
from doeff_core_effects.scheduler import scheduled

ended = threading.Event()
started = threading.Event()


async def long():
    started.set()
    try:
        await asyncio.sleep(15)
    finally:
        ended.set()


@do
def main():
    task = yield Spawn(Await(long()))
    quick = yield Spawn(Await(asyncio.to_thread(started.wait, 5)))
    print("race", (yield Race(task, quick)))
    yield Cancel(task)
    try:
        yield Wait(task)
    except Exception as error:
        return describe(error), ended.wait(5)


show("cancel", scheduled(await_handler()(main())))
