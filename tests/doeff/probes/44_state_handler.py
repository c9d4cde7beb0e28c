"""StateHandler: constructor checks, attributes, calls, and the values it answers."""

from _kit import Ask, do, failure, go, say, show, vm
from doeff_vm import _effect_types
from doeff_vm.doeff_vm import StateHandler


class Get(vm.EffectBase):
    def __init__(self, key):
        self.key = key

    def __repr__(self):
        return f"Get({self.key!r})"


class Put(vm.EffectBase):
    def __init__(self, key, value):
        self.key = key
        self.value = value


class GetChild(Get):
    pass


class NoKey(vm.EffectBase):
    pass


store = {"a": 1}
handler = StateHandler(store, Get, Put)
say(repr(handler), handler.__name__, handler.__qualname__, handler.effect_types)
say(StateHandler.__name__, StateHandler.__qualname__, StateHandler.__module__)
show("call", lambda: handler(Get("a"), None))
show("call none", handler)
show("write name", lambda: setattr(handler, "__name__", "x"))
show("store attribute", lambda: handler.store)
show("dict", lambda: handler.__dict__)
show("subclass", lambda: type("Sub", (StateHandler,), {}))
show("keywords", lambda: StateHandler(store=store, get_type=Get, put_type=Put).effect_types)
show("store list", lambda: StateHandler([], Get, Put))
show("type int", lambda: StateHandler({}, 3, Put))
show("type class", lambda: StateHandler({}, int, str).effect_types)
show("none", StateHandler)
show("four", lambda: StateHandler({}, Get, Put, 1))
show("spec types", lambda: _effect_types.handler_effect_types(handler))
spec = _effect_types.handler_spec(handler)
say("spec", spec.effect_types, spec.generator_function, spec.tail_resume_lines, spec.passed)


@do
def body():
    first = yield Get("a")
    put = yield Put("b", 2)
    second = yield Get("b")
    third = yield GetChild("a")
    return first, put, second, third


@do
def ask(effect):
    try:
        return (yield effect)
    except BaseException as error:
        return failure(error)


@do
def watching(effect, k):
    found = yield vm.GetHandlers(k)
    say("  handlers", found[0] is handler, type(found[0]).__name__)
    return (yield vm.Resume(k, 0))


go("body", vm.WithHandler(handler, body()))
say("store", store)
go("missing key", vm.WithHandler(handler, ask(Get("zz"))))
go("unhashable key", vm.WithHandler(handler, ask(Get([]))))
go("unhashable put", vm.WithHandler(handler, ask(Put([], 1))))
go("other effect", vm.WithHandler(handler, ask(Ask("a"))))
go("no key attribute", vm.WithHandler(StateHandler({}, NoKey, Put), ask(NoKey())))
go("none value", vm.WithHandler(handler, ask(Put(None, None))))
say("store", store)
go("listed", vm.WithHandler(watching, vm.WithHandler(handler, ask(Ask("x")))))
go("boundaries", vm.WithBoundaries([("handler", handler)], body()))
go(
    "intercepted",
    vm.WithHandler(handler, vm.WithHandler(do(lambda effect, k: "taken"), ask(Get("a")))),
)


class Store(dict):
    def __getitem__(self, key):
        return f"own {key}"

    def __setitem__(self, key, value):
        say("  own set", key, value)
        super().__setitem__(key, value)

    def __missing__(self, key):
        return f"missing {key}"


own = Store()
go("subclass of dict", vm.WithHandler(StateHandler(own, Get, Put), body()))
say("own", dict(own))
go("missing of a subclass", vm.WithHandler(StateHandler(own, Get, Put), ask(Get("zz"))))
