"""Messages of wrong uses of nodes show bare class names; awaiting, calling, iterating them."""

import asyncio

from _kit import Ask, show, vm

definition = vm.DoFunction(len, [], False)
OBJECTS = {
    "Call": vm.Call(definition, ([],), {}),
    "Pure": vm.Pure(1),
    "Ask": Ask("a"),
    "EffectBase": vm.EffectBase(),
    "Ok": vm.Ok(1),
    "WithHandler": vm.WithHandler(len, vm.Pure(1)),
    "PyVM": vm.PyVM(),
    "DoFunction": definition,
    "Callable": vm.Callable(len),
    "IRStream": vm.IRStream(iter(())),
}


async def awaiting(value):
    return await value


for label, value in OBJECTS.items():
    show(f"{label} add", lambda v=value: v + 1)
    show(f"{label} less", lambda v=value: v < 1)
    show(f"{label} call", lambda v=value: v())
    show(f"{label} index", lambda v=value: v[0])
    show(f"{label} len", lambda v=value: len(v))
    show(f"{label} attribute", lambda v=value: v.nonsense)
    show(f"{label} next", lambda v=value: next(v))
    show(f"{label} await", lambda v=value: asyncio.run(awaiting(v)))
    show(f"{label} with", lambda v=value: v.__enter__())
    show(f"{label} bool", lambda v=value: bool(v))
    show(f"{label} in", lambda v=value, name=label: name in v)
    show(f"{label} f-string", lambda v=value: f"{v:>3}")
