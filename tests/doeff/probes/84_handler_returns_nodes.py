"""A handler call (no generator) that returns each kind of node: it runs as the clause's tail."""

from _kit import Ask, Tell, do, go, vm


@do
def body():
    try:
        got = yield Ask("a")
    except Exception as error:
        got = f"caught {type(error).__name__}"
    return f"body {got}"


@do
def outer(effect, k):
    return (yield vm.Resume(k, f"outer {effect!r}"))


def sub():
    return do(lambda: 5)()


RETURNS = {
    "Resume": lambda effect, k: vm.Resume(k, 1),
    "Transfer": lambda effect, k: vm.Transfer(k, 1),
    "ResumeThrow": lambda effect, k: vm.ResumeThrow(k, ValueError("x")),
    "TransferThrow": lambda effect, k: vm.TransferThrow(k, ValueError("x")),
    "Pass": lambda effect, k: vm.Pass(k=k, effect=effect),
    "Pass another": lambda effect, k: vm.Pass(Tell("t"), k),
    "Perform": lambda effect, k: vm.Perform(Tell("t")),
    "effect": lambda effect, k: Tell("t"),
    "Pure": lambda effect, k: vm.Pure(1),
    "Pure of a node": lambda effect, k: vm.Pure(vm.Resume(k, 1)),
    "call": lambda effect, k: sub(),
    "WithHandler": lambda effect, k: vm.WithHandler(outer, vm.Resume(k, 2)),
    "WithObserve": lambda effect, k: vm.WithObserve(vm.Callable(repr), vm.Resume(k, 3)),
    "TailEval": lambda effect, k: vm.TailEval(vm.Resume(k, 4)),
    "GetHandlers": lambda effect, k: vm.GetHandlers(k),
    "GetOuterHandlers": lambda effect, k: vm.GetOuterHandlers(),
    "GetExecutionContext": lambda effect, k: vm.GetExecutionContext(),
    "Apply": lambda effect, k: vm.Apply(vm.Pure(vm.Callable(len)), [vm.Pure("ab")]),
    "Expand": lambda effect, k: vm.Expand(vm.Pure(vm.IRStream(x for x in [vm.Resume(k, 6)]))),
    "Ok": lambda effect, k: vm.Ok(1),
    "k": lambda effect, k: k,
}
for label, handler in RETURNS.items():
    try:
        result = vm.PyVM().run(vm.WithHandler(outer, vm.WithHandler(handler, body())))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    if isinstance(result, list):
        result = [getattr(item, "__name__", item) for item in result]
    go(label, vm.Pure(result))
