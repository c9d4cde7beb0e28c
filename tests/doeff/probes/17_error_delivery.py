"""Where each kind of error goes: into the generator that yielded, or out of the run at once."""

from _kit import Ask, do, failure, go, say, vm


@do
def guarded(node):
    try:
        return ("got", (yield node))
    except BaseException as error:
        return "caught at the yield: " + failure(error)
    finally:
        say("  finally ran")


@do
def surrounding(node):
    try:
        return ("got", (yield node))
    except BaseException as error:
        return "caught around: " + failure(error)
    finally:
        say("  outer finally ran")


@do
def asking():
    try:
        return ("got", (yield Ask("a")))
    except BaseException as error:
        return "caught at the perform: " + failure(error)
    finally:
        say("  body finally ran")


def bad_return(effect, k):
    return 5


def raising_call(effect, k):
    raise LookupError("call")


@do
def raising_at_once(effect, k):
    raise LookupError("clause")
    yield


@do
def raising_after_resume(effect, k):
    got = yield vm.Resume(k, 1)
    raise LookupError(f"after {got}")


@do
def raising_after_throw(effect, k):
    got = yield vm.ResumeThrow(k, KeyError("t"))
    raise LookupError(f"after {got}")


@do
def yields_nonsense(effect, k):
    try:
        yield 3
    except TypeError as error:
        say("  clause caught", type(error).__name__)
    return (yield vm.Resume(k, "went on"))


@do
def nonsense_uncaught(effect, k):
    yield 3


@do
def catches_body_error(effect, k):
    try:
        return (yield vm.Resume(k, "x"))
    except ValueError as error:
        return f"clause caught {error}"


@do
def failing_body():
    yield Ask("a")
    raise ValueError("body failed")


def not_generator(effect, k):
    return vm.Pure(1)


NODES = {
    "Expand of a value": vm.Expand(vm.Pure(3)),
    "Apply of a value": vm.Apply(vm.Pure(3), []),
    "Apply raising": vm.Apply(vm.Pure(vm.Callable(lambda: 1 // 0)), []),
    "Apply effect argument": vm.Apply(vm.Pure(vm.Callable(len)), [Ask("x")]),
    "Expand of an int": vm.Expand(3),
    "call raising": vm.Call(vm.DoFunction(lambda: 1 // 0, [], False), (), {}),
    "call with wrong arguments": vm.Call(vm.DoFunction(len, [], False), (), {}),
    "WithHandler body int": vm.WithHandler(len, 3),
    "WithObserve body int": vm.WithObserve(vm.Callable(len), 3),
    "WithBoundaries body int": vm.WithBoundaries([], 3),
    "TailEval of an int": vm.TailEval(3),
    "unhandled": Ask("nobody"),
    "Perform of an int": vm.Perform(3),
    "stream of an int": vm.Expand(vm.Pure(vm.IRStream(3))),
}
for label, node in NODES.items():
    go(label, surrounding(guarded(node)))
for handler in (
    bad_return,
    raising_call,
    raising_at_once,
    raising_after_resume,
    raising_after_throw,
    yields_nonsense,
    nonsense_uncaught,
):
    go(handler.__name__, surrounding(vm.WithHandler(handler, asking())))
go("clause catches the body's error", vm.WithHandler(catches_body_error, failing_body()))
go("error through a handler", surrounding(vm.WithHandler(raising_call, vm.Pure(1))))
