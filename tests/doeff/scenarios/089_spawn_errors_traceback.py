"""The doeff traceback of an error that crosses tasks names where they were spawned."""

from _kit import clean, show
from doeff import Spawn, Wait, do
from doeff.traceback import format_default
from doeff_core_effects.handlers import reader
from doeff_core_effects.scheduler import scheduled


@do
def deepest():
    raise ValueError("deep")
    yield


@do
def middle():
    return (yield Wait((yield Spawn(deepest()))))


@do
def main():
    return (yield Wait((yield Spawn(middle()))))


error = show("spawned", scheduled(reader()(main())))
print(clean(format_default(error)))
for entry in error.__doeff_traceback__:
    print(clean(entry))
