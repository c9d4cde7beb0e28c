"""Tasks write to one log, in the order they run."""

from _kit import show
from doeff import Gather, Spawn, Tell, do
from doeff_core_effects.handlers import state, writer, writer_log
from doeff_core_effects.scheduler import scheduled


@do
def worker(name):
    for i in range(2):
        yield Tell(f"{name}{i}")
    return name


@do
def main():
    tasks = []
    for name in "abc":
        tasks.append((yield Spawn(worker(name))))
    yield Tell("main")
    return (yield Gather(*tasks)), (yield writer_log())


show("shared", scheduled(state()(writer(main()))))
