"""A refusal that was caught says nothing of later errors, of its run or another."""

import threading

from _kit import Ask, do, go, run, say, vm


@do
def catches(node):
    try:
        yield node
    except BaseException as error:
        return type(error).__name__


@do
def twice(effect, k):
    yield vm.Resume(k, 1)
    yield vm.Resume(k, 2)


@do
def ask():
    return (yield Ask("a"))


@do
def then(node, later):
    yield catches(node)
    return (yield later)


def gives_a_number(effect, k):
    return 3


FIRST = {
    "number": 3,
    "TailEval": vm.TailEval(None),
    "Expand": vm.Expand(3),
    "body": vm.WithHandler(gives_a_number, 3),
    "WithObserve": vm.WithObserve(vm.Callable(len), 3),
}
LATER = {
    "used twice": vm.WithHandler(twice, ask()),
    "unhandled": ask(),
    "no answer": vm.WithHandler(gives_a_number, ask()),
    "no stream": vm.TailEval(3),
    "no program": vm.Expand(3),
}
for first, node in FIRST.items():
    for label, later in LATER.items():
        run(catches(node))
        go(f"{label} after {first}", later)
    run(catches(node))
    go(f"None after {first}", None)
    go(f"own after {first}", then(node, vm.WithHandler(twice, ask())))

run(catches(FIRST["body"]))
thread = threading.Thread(target=lambda: go("in a thread", LATER["used twice"]))
thread.start()
thread.join()
go("in this thread", LATER["used twice"])
say("end")
