"""Nodes around a continuation: constructors, attributes and reprs, with k and without."""

from _kit import Ask, clean, do, go, say, show, vm


def outcome(action):
    try:
        return clean(repr(action()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@do
def handler(effect, k):
    nodes = {
        "Resume": vm.Resume(k, 1),
        "Transfer": vm.Transfer(k=k, value=2),
        "ResumeThrow": vm.ResumeThrow(k, ValueError("x")),
        "TransferThrow": vm.TransferThrow(k, exception=ValueError("x")),
        "Pass": vm.Pass(effect, k),
        "GetTraceback": vm.GetTraceback(k),
        "GetHandlers": vm.GetHandlers(k),
        "GetBoundaries": vm.GetBoundaries(k),
    }
    for name, node in nodes.items():
        say(name, repr(node), "same k:", node.continuation is k, outcome(lambda n=node: n.k))
        for field in ("continuation", "value", "exception", "effect"):
            if hasattr(node, field):
                say(name, field, "write:", outcome(lambda n=node, f=field: setattr(n, f, 5)))
                say(name, field, "then:", outcome(lambda n=node, f=field: getattr(n, f)))
                say(name, field, "delete:", outcome(lambda n=node, f=field: delattr(n, f)))
        node.note = "kept"
        say(name, "dict:", outcome(lambda n=node: n.__dict__))
    say("k", repr(k), str(k), type(k), outcome(lambda: k.__dict__), outcome(lambda: k.x))
    return (yield vm.Resume(k, "done"))


@do
def body():
    return (yield Ask("a"))


go("run", vm.WithHandler(handler, body()))
for name in ("Resume", "Transfer", "ResumeThrow", "TransferThrow"):
    show(f"{name} without k", lambda name=name: getattr(vm, name)("not k", 1))
for name in ("GetTraceback", "GetHandlers", "GetBoundaries"):
    show(f"{name} without k", lambda name=name: getattr(vm, name)("not k"))
show("Pass without k", lambda: vm.Pass(Ask("a"), None))
show("Resume with None", lambda: vm.Resume(None, 1).continuation)
