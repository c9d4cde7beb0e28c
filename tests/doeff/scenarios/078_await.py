"""`Await` runs coroutines on the bridge's loop."""

import asyncio

from _kit import describe, show
from doeff import Await, Gather, Spawn, do
from doeff_core_effects.handlers import await_handler
from doeff_core_effects.scheduler import scheduled


async def double(n):
    await asyncio.sleep(0)
    return n * 2


async def failing():
    await asyncio.sleep(0)
    raise LookupError("in the coroutine")


@do
def main():
    first = yield Await(double(2))
    tasks = []
    for n in range(3):
        tasks.append((yield Spawn(Await(double(n)))))
    many = yield Gather(*tasks)
    try:
        yield Await(failing())
    except LookupError as error:
        failed = describe(error)
    nested = yield Await(asyncio.sleep(0.01, result="slept"))
    return first, many, failed, nested


@do
def bad():
    try:
        yield Await(3)
    except Exception as error:
        return describe(error)


show("await", scheduled(await_handler()(main())))
show("not awaitable", scheduled(await_handler()(bad())))
coroutine = double(1)
show("no handler", scheduled(Await(coroutine)))
show("no scheduler", await_handler()(Await(coroutine)))
coroutine.close()
