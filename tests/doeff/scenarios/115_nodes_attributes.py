"""Nodes keep what they were made of, take further attributes, and are iterable once."""

from _kit import attempt
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader, state
from doeff_vm import Apply, Callable, Expand, Perform, TailEval, WithBoundaries, WithHandler


@do
def prog(x):
    return x


nodes = {
    "pure": Pure(1),
    "perform": Perform(Ask("k")),
    "apply": Apply(Pure(Callable(abs)), [Pure(1)]),
    "expand": Expand(Pure(1)),
    "call": prog(1),
    "handler": reader()(Pure(1)),
    "state": state()(Pure(1)),
    "tail": TailEval(Pure(1)),
    "boundaries": WithBoundaries([], Pure(1)),
}
for name, node in nodes.items():
    public = sorted(entry for entry in dir(node) if not entry.startswith("_"))
    print(name, type(node).__name__, public)
    attempt("extra", lambda node=node: setattr(node, "extra", 1))
    attempt("dict", lambda node=node: node.__dict__)
    attempt("iterate", lambda node=node: [type(item).__name__ for item in node])
print(isinstance(prog(1), Expand), isinstance(reader()(Pure(1)), WithHandler))
attempt("write", lambda: setattr(nodes["pure"], "value", 3))
attempt("subclass of Pure", lambda: type("Mine", (Pure,), {}))
attempt("subclass of Expand", lambda: type("Mine", (Expand,), {})(Pure(1)).expr)
