"""A second use of a continuation: what the clause, the body and the surroundings see of it."""

from _kit import Ask, do, failure, go, say, vm


@do
def asking():
    try:
        return ("got", (yield Ask("a")))
    except BaseException as error:
        return "body caught " + failure(error)
    finally:
        say("body finally")


@do
def surrounding(program):
    try:
        return (yield program)
    except BaseException as error:
        return "surrounding caught " + failure(error)
    finally:
        say("surrounding finally")


def clause_with(*nodes):
    @do
    def clause(effect, k):
        try:
            for node in nodes:
                got = yield node(effect, k)
                say("clause got", got)
        except BaseException as error:
            say("clause caught", failure(error))
        finally:
            say("clause finally")
        return "clause ended"

    return clause


def resume(effect, k):
    return vm.Resume(k, 1)


def throw(effect, k):
    return vm.ResumeThrow(k, KeyError("t"))


def transfer(effect, k):
    return vm.Transfer(k, 2)


def transfer_throw(effect, k):
    return vm.TransferThrow(k, KeyError("t"))


def hand_on(effect, k):
    return vm.Pass(effect, k)


def questions(effect, k):
    return vm.GetHandlers(k)


def boundaries(effect, k):
    return vm.GetBoundaries(k)


def trace(effect, k):
    return vm.GetTraceback(k)


for second in (resume, throw, transfer, transfer_throw, hand_on, questions, boundaries, trace):
    go(
        f"resume then {second.__name__}",
        surrounding(vm.WithHandler(clause_with(resume, second), asking())),
    )
for first in (transfer, transfer_throw):
    go(f"{first.__name__} in try", surrounding(vm.WithHandler(clause_with(first), asking())))
