"""The private module _bind: bind and returning, and the iterators of nodes."""

import types

from _kit import Ask, do, go, say, show, vm
from doeff_vm import _bind

stream = _bind.bind(3)
say(type(stream).__name__, next(stream))
show("send", lambda: stream.send("answer"))
show("returning", lambda: next(_bind.returning(5)))
show("throw into bind", lambda: next(_bind.bind(1)) and _bind.bind(1).throw(ValueError("x")))
NODES = (
    vm.Pure(1),
    vm.Perform(Ask("a")),
    vm.Apply(vm.Pure(len), []),
    vm.Expand(vm.Pure(1)),
    vm.DoFunction(len, [], False).make_call((), {}),
    vm.WithHandler(len, vm.Pure(1)),
    vm.WithObserve(len, vm.Pure(1)),
    vm.WithBoundaries([], vm.Pure(1)),
    vm.TailEval(vm.Pure(1)),
    vm.GetExecutionContext(),
    vm.GetOuterHandlers(),
    Ask("a"),
    vm.EffectBase(),
)
for node in NODES:
    made = iter(node)
    first = next(made)
    say(type(node).__name__, isinstance(made, types.GeneratorType), first is node)
for value in (
    vm.Ok(1),
    vm.PyVM(),
    vm.Callable(len),
    vm.IRStream(iter(())),
    vm.DoFunction(len, [], False),
):
    show(f"iter {type(value).__name__}", lambda v=value: iter(v))


@do
def through():
    first = yield from vm.Pure(1)
    second = yield from vm.Pure(2)
    try:
        yield from failing()
    except ValueError as error:
        third = str(error)
    return first, second, third


@do
def failing():
    raise ValueError("through")
    yield


go("through", through())
