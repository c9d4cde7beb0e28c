"""What ends early, and yields or raises in its cleanup: that stops nothing, and is told once."""

import sys

from doeff import EffectBase, Pass, Resume, Transfer, do, handler, run
from doeff_vm import Pure, TailEval, TransferThrow

sys.unraisablehook = lambda args: print("  unraisable:", repr(args.exc_value))


class Ask(EffectBase):
    pass


class Other(EffectBase):
    pass


@do
def outer(effect: Other, k):
    return (yield Resume(k, "other"))


@do
def outermost(effect: Ask, k):
    return (yield Resume(k, "outermost"))


@do
def program():
    try:
        return ("got", (yield Ask()))
    except ValueError as error:
        return ("caught", repr(error))


def yields():
    return (yield Other())


def raises():
    raise KeyError("cleanup")
    yield


ENDS = {
    "Transfer": lambda effect, k: Transfer(k, 1),
    "TransferThrow": lambda effect, k: TransferThrow(k, ValueError("thrown")),
    "Pass": Pass,
    "TailEval": lambda effect, k: TailEval(Pure("in its place")),
}


def ending(end, cleanup):
    @do
    def clause(effect: Ask, k):
        try:
            try:
                return (yield end(effect, k))
            finally:
                print("  inner")
                yield from cleanup()
        finally:
            print("  outer")

    return handler(clause)


for name, end in ENDS.items():
    for cleanup in (yields, raises):
        print(name, cleanup.__name__)
        print(run(handler(outermost)(handler(outer)(ending(end, cleanup)(program())))))


@do
def careful():
    try:
        try:
            yield Ask()
        finally:
            print("  inner")
            yield Other()
    finally:
        print("  outer")


@do
def drops(effect: Ask, k):
    return "dropped"
    yield


held = []


@do
def holds(effect: Ask, k):
    held.append(k)
    return "held"
    yield


print("abandoned")
print(run(handler(outer)(handler(drops)(careful()))))


@do
def dropping():
    result = yield handler(holds)(careful())
    held.clear()
    return (result, (yield Pure("goes on")))


print("held and dropped")
print(run(handler(outer)(dropping())))
