"""TailEval of TailEval: how many programs it ends, at any depth, and what is refused before."""

from _kit import do, go, say, vm


@do
def inner(node):
    try:
        return ("inner", (yield node))
    except BaseException as error:
        say("  inner caught", type(error).__name__)
        return "inner failed"


@do
def middle(node):
    try:
        return ("middle", (yield inner(node)))
    except BaseException as error:
        say("  middle caught", type(error).__name__)
        return "middle failed"


@do
def outer(node):
    try:
        return ("outer", (yield middle(node)))
    except BaseException as error:
        say("  outer caught", type(error).__name__)
        return "outer failed"


@do
def answer(effect, k):
    return (yield vm.Resume(k, 1))


def nested(program, depth):
    for _ in range(depth):
        program = vm.TailEval(program)
    return program


WRONG = nested(vm.WithHandler(answer, nested(3, 2)), 2)
go("handlers between", vm.WithHandler(answer, WRONG))
for depth in range(1, 5):
    for label, program in (("Pure", vm.Pure(1)), ("int", 3)):
        node = nested(program, depth)
        go(f"{label} {depth} at the top", node)
        go(f"{label} {depth} in one", inner(node))
        go(f"{label} {depth} in two", middle(node))
        go(f"{label} {depth} in three", outer(node))
        go(f"{label} {depth} under a handler", vm.WithHandler(answer, node))
        go(f"{label} {depth} in one under a handler", vm.WithHandler(answer, inner(node)))
