"""What `Wait`, `Gather`, `Race`, `Cancel` and `Discard` say to a wrong operand."""

from _kit import describe, show
from doeff import Cancel, CreatePromise, Gather, Race, Wait, do
from doeff_core_effects import Discard
from doeff_core_effects.scheduler import CreateExternalPromise, scheduled


@do
def prog():
    return 1


@do
def main():
    promise = yield CreatePromise()
    external = yield CreateExternalPromise()
    lines = []
    for make in (Wait, Gather, Race, Cancel, Discard):
        for operand in (prog(), 3, promise, external, CreatePromise(), "text"):
            try:
                yield make(operand)
            except TypeError as error:
                lines.append(f"{make.__name__}: {describe(error)}")
    return lines


@do
def printed():
    for line in (yield main()):
        print(line)


show("wrong operands", scheduled(printed()))
