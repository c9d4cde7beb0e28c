"""One exception object thrown many times, and its traceback from throw to throw."""

from _kit import Ask, do, frames, go, say, vm

ERROR = ValueError("shared")


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, ERROR))


@do
def catching():
    caught = []
    for index in range(3):
        try:
            yield Ask(index)
        except ValueError as error:
            caught.append(error is ERROR)
    return caught


@do
def letting():
    yield Ask("let")


go("caught thrice", vm.WithHandler(throwing, catching()))
for _ in range(3):
    try:
        vm.PyVM().run(vm.WithHandler(throwing, letting()))
    except ValueError as error:
        say("frames", frames(error), error.__doeff_traceback__)


@do
def rethrowing(effect, k):
    try:
        raise KeyError("first")
    except KeyError as error:
        caught = error
    return (yield vm.TransferThrow(k, caught))


try:
    vm.PyVM().run(vm.WithHandler(rethrowing, letting()))
except KeyError as error:
    say("frames", frames(error), error.__doeff_traceback__)


@do
def swap(effect, k):
    try:
        return (yield vm.Resume(k, 1))
    except LookupError as error:
        raise error.with_traceback(None) from None


@do
def raises():
    yield Ask("a")
    raise LookupError("swap")


try:
    vm.PyVM().run(vm.WithHandler(swap, raises()))
except LookupError as error:
    say("frames", frames(error), error.__doeff_traceback__)
