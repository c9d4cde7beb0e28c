"""Awaitables and coroutines yielded or returned: values, not programs."""

import asyncio

from _kit import Ask, do, go, say, vm


class Waiting:
    def __await__(self):
        yield 1

    def __repr__(self):
        return "Waiting()"


async def coroutine():
    return 1


@do
def yields(value):
    try:
        return (yield value)
    except TypeError as error:
        return str(error).split(" (")[0]


@do
def returns(value):
    return value


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


go("await object", yields(Waiting()))
go("returned", returns(Waiting()))
made = coroutine()
say("coroutine", vm.PyVM().run(yields(made)).split("<")[0].strip())
made.close()


async def main():
    return vm.PyVM().run(vm.WithHandler(answer, Ask("in a loop")))


say("run inside an event loop", asyncio.run(main()))
