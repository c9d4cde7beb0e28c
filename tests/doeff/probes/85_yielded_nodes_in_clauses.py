"""Each node yielded by a clause whose k is still unused: the clause goes on, or ends."""

from _kit import Ask, Tell, do, go, say, vm


@do
def body():
    got = yield Ask("a")
    return f"body {got}"


@do
def outer(effect, k):
    return (yield vm.Resume(k, f"outer {effect!r}"))


def clause(make):
    @do
    def handler(effect: Ask, k):
        got = yield make(effect, k)
        say("  clause got", got)
        return (yield vm.Resume(k, got))

    return handler


NODES = {
    "Pure": lambda effect, k: vm.Pure(1),
    "effect": lambda effect, k: Tell("t"),
    "Perform": lambda effect, k: vm.Perform(effect),
    "WithHandler": lambda effect, k: vm.WithHandler(outer, Ask("in clause")),
    "Apply": lambda effect, k: vm.Apply(vm.Pure(vm.Callable(len)), [vm.Pure("ab")]),
    "TailEval": lambda effect, k: vm.TailEval(vm.Pure("tail")),
    "Pass": lambda effect, k: vm.Pass(k=k, effect=effect),
    "GetExecutionContext": lambda effect, k: vm.GetExecutionContext(),
}
for label, make in NODES.items():
    go(label, vm.WithHandler(outer, vm.WithHandler(clause(make), body())))
