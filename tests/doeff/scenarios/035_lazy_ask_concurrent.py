"""Tasks that ask for the same lazy value evaluate it once; errors go to each."""

from _kit import show
from doeff import Ask, Gather, Spawn, Try, do
from doeff_core_effects.handlers import lazy_ask, try_handler
from doeff_core_effects.scheduler import CreatePromise, scheduled

runs = []


@do
def slow():
    runs.append("slow")
    yield CreatePromise()
    return "value"


@do
def failing():
    runs.append("failing")
    raise ValueError("no value")
    yield


@do
def main():
    tasks = []
    for _ in range(3):
        tasks.append((yield Spawn(Ask("slow"))))
    good = yield Gather(*tasks)
    bad = []
    for _ in range(2):
        bad.append((yield Try(Ask("failing"))))
    return good, bad


show("once", scheduled(try_handler(lazy_ask(env={"slow": slow(), "failing": failing()})(main()))))
print(runs)
