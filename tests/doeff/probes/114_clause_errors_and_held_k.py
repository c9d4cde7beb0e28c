"""A clause that raises while its k is unused, held elsewhere, deleted or used: who gets it."""

from _kit import Ask, do, failure, go, say, vm

HELD = []


@do
def body():
    try:
        return (yield Ask("a"))
    except BaseException as error:
        return "body caught " + failure(error)
    finally:
        say("  body finally")


@do
def around(program):
    try:
        return (yield program)
    except BaseException as error:
        return "around caught " + failure(error)


@do
def holds(effect, k):
    HELD.append(k)
    raise LookupError("holds")
    yield


@do
def deletes(effect, k):
    del k
    yield vm.Pure(1)
    raise LookupError("deletes")


@do
def used(effect, k):
    yield vm.Resume(k, 1)
    raise LookupError("used")


@do
def used_by_a_helper(effect, k):
    yield helper(k)
    raise LookupError("used by a helper")


@do
def helper(k):
    return (yield vm.Resume(k, 1))


@do
def raises_in_a_helper(effect, k):
    return (yield failing_helper(k))


@do
def failing_helper(k):
    raise LookupError("in a helper")
    yield


@do
def catches_own(effect, k):
    try:
        yield failing_helper(k)
    except LookupError as error:
        return (yield vm.Resume(k, f"recovered {error}"))


@do
def unhandled_in_clause(effect, k):
    got = yield Ask("nobody")
    return (yield vm.Resume(k, got))


@do
def resume_held():
    try:
        return (yield vm.Resume(HELD.pop(), "late"))
    except BaseException as error:
        return "caught " + failure(error)


for clause in (
    holds,
    deletes,
    used,
    used_by_a_helper,
    raises_in_a_helper,
    catches_own,
    unhandled_in_clause,
):
    go(clause.__name__, around(vm.WithHandler(clause, body())))
say("held k", HELD[0])
go("resuming the held one", resume_held())
