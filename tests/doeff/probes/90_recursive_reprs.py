"""Reprs of nodes that contain themselves."""

from _kit import show, vm

items = []
node = vm.Pure(items)
items.append(node)
show("list", lambda: repr(node)[:40])
result = vm.Ok(items)
items.append(result)
show("ok", lambda: len(repr(result)) > 0)


class Own:
    def __repr__(self):
        return repr(self.node)


own = Own()
own.node = vm.Pure(own)


def depth():
    try:
        repr(own.node)
    except RecursionError as error:
        return type(error).__name__
    return "ended"


show("own", depth)
