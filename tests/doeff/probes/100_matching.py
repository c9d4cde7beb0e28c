"""Structural matching on nodes, results and effects."""

import dataclasses

from _kit import do, go, show, vm


@dataclasses.dataclass(frozen=True)
class Move(vm.EffectBase):
    steps: int
    way: str = "up"


def by_position(node):
    match node:
        case vm.Pure(value):
            return value
    return "other"


def by_name(node):
    match node:
        case vm.Pure(value=value):
            return f"pure {value}"
        case vm.Call(args=args):
            return f"call {args}"
        case vm.Expand():
            return "expand"
        case vm.WithHandler(body=body):
            return f"handler around {body!r}"
        case vm.EffectBase():
            return f"effect {node!r}"
    return "other"


@do
def handler(effect, k):
    match effect:
        case Move(0):
            return "stopped"
        case Move(steps, way="down"):
            return (yield vm.Resume(k, -steps))
        case Move(steps):
            return (yield vm.Resume(k, steps))
    yield vm.Pass(effect, k)


@do
def body():
    return (yield Move(1)), (yield Move(2, "down")), (yield Move(0))


show("position", lambda: by_position(vm.Pure(1)))
for node in (
    vm.Pure(1),
    vm.DoFunction(len, [], False).make_call((3,), {}),
    vm.Expand(vm.Pure(1)),
    vm.WithHandler(len, vm.Pure(2)),
    Move(1),
    vm.Ok(1),
):
    show("name", lambda n=node: by_name(n))
go("handler", vm.WithHandler(handler, body()))
