"""A task runs under the handlers at its spawn; handlers inside the task are its own."""

from _kit import show
from doeff import Ask, Gather, Get, Local, Put, Spawn, WithObserve, do
from doeff_core_effects.handlers import local_handler, reader, state
from doeff_core_effects.scheduler import scheduled

seen = []


@do
def worker(name):
    count = (yield Get("count")) + 1
    yield Put("count", count)
    return name, (yield Ask("who")), count


@do
def main():
    tasks = [(yield Spawn(worker("plain")))]
    tasks.append((yield Spawn(reader(env={"who": "inner"})(worker("own reader")))))
    tasks.append((yield Spawn(state(initial={"count": 100})(worker("own state")))))
    tasks.append((yield Local({"who": "local"}, Spawn(worker("local")))))
    results = yield Gather(*tasks)
    return results, (yield Get("count"))


program = local_handler(state(initial={"count": 0})(main()))
program = WithObserve(lambda effect: seen.append(type(effect).__name__), program)
show("handlers", scheduled(reader(env={"who": "outer"})(program)))
print(seen)
