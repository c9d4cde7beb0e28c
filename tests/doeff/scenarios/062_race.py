"""`Race` gives the first result; the losers go on."""

from _kit import attempt, show
from doeff import Gather, Race, Spawn, do
from doeff_core_effects.scheduler import CompletePromise, CreatePromise, Wait, scheduled


@do
def slow(name, promise):
    value = yield Wait(promise.future)
    print(name, "goes on")
    return (name, value)


@do
def fast(name):
    print(name, "runs")
    return name
    yield


@do
def failing():
    raise LookupError("first to end")
    yield


@do
def main():
    promise = yield CreatePromise()
    loser = yield Spawn(slow("slow", promise))
    winner = yield Spawn(fast("fast"))
    first = yield Race(loser, winner)
    again = yield Race(winner, loser)
    yield CompletePromise(promise, 7)
    return first, again, (yield Gather(loser, winner))


@do
def fails():
    promise = yield CreatePromise()
    loser = yield Spawn(slow("slow", promise), daemon=True)
    bad = yield Spawn(failing())
    return (yield Race(loser, bad))


@do
def empty():
    return (yield Race())


show("race", scheduled(main()))
show("fails", scheduled(fails()))
show("empty", scheduled(empty()))
attempt("priority", lambda: Race(priority=7))
