"""The repr and str of each node, nested and strange fields included."""

from _kit import Ask, do, say, show, vm


class Loud:
    def __repr__(self):
        raise ValueError("no repr")


@do
def work(a, b=2):
    yield a


definition = vm.DoFunction(len, [3, 4], True)
handler = vm.Callable(len)
NODES = [
    vm.Pure(1),
    vm.Pure("text"),
    vm.Pure(vm.Pure(None)),
    vm.Perform(Ask("k")),
    vm.Apply(vm.Pure(len), [vm.Pure(1)]),
    vm.Apply(vm.Pure(len), ()),
    vm.Expand(vm.Pure(1)),
    definition,
    vm.Call(definition, (1, "x"), {"y": 2}),
    work(1),
    work(1, b=3),
    vm.BindOpener(len, max),
    vm.BindOpener(len, max, min),
    vm.WithHandler(len, vm.Pure(1)),
    vm.WithObserve(handler, vm.Pure(1)),
    vm.WithBoundaries([("handler", len)], vm.Pure(1)),
    vm.TailEval(vm.Pure(1)),
    vm.GetExecutionContext(),
    vm.GetOuterHandlers(),
    vm.PyVM(),
    handler,
    vm.HandlerSpec(None, None, (), None),
    vm.IRStream(x for x in ()),
    vm.EffectBase(),
    vm.Ok(1),
    vm.Ok("a"),
    vm.Err(ValueError("bad")),
    vm.Err("plain"),
    vm.Err(ValueError("bad"), [1]),
    vm.UnhandledEffect("text"),
]
for node in NODES:
    say(type(node).__name__, "repr", repr(node), "| str same:", str(node) == repr(node))
show("repr that raises, Pure", lambda: repr(vm.Pure(Loud())))
show("repr that raises, Ok", lambda: repr(vm.Ok(Loud())))
show("repr that raises, Err", lambda: repr(vm.Err(Loud())))
show("repr that raises, Perform", lambda: repr(vm.Perform(Loud())))
