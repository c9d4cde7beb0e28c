"""DoFunction and Call: checks, make_call, fields shared or copied, and Call as an Expand."""

from _kit import do, go, say, show, vm


def add(a, b=1):
    return a + b


def stepping(a, *, b):
    got = yield vm.Pure(a)
    return got, b


definition = vm.DoFunction(add, [1, 2], False)
show("lines tuple", lambda: vm.DoFunction(add, (1, 2), False).tail_resume_lines)
show("lines set", lambda: vm.DoFunction(add, {1}, False))
show("lines text", lambda: vm.DoFunction(add, "ab", False))
show("lines values", lambda: vm.DoFunction(add, ["a"], False))
show("lines negative", lambda: vm.DoFunction(add, [-1], False))
show("lines huge", lambda: vm.DoFunction(add, [1 << 40], False))
show("lines None", lambda: vm.DoFunction(add, None, False))
show("yields int", lambda: vm.DoFunction(add, [], 1))
show("yields None", lambda: vm.DoFunction(add, [], None))
show("function int", lambda: vm.DoFunction(3, [], False))
show("make", lambda: definition.make_call((1,), {}).args)
show("make keywords", lambda: definition.make_call(args=(1,), kwargs={"b": 2}).kwargs)
show("make none", definition.make_call)
show("make list", lambda: definition.make_call([1], {}))
show("make None", lambda: definition.make_call((1,), None))
show("make pairs", lambda: definition.make_call((1,), [("b", 2)]))
show("make kwargs int keys", lambda: definition.make_call((1,), {1: 2}).kwargs)
show("call list", lambda: vm.Call(definition, [1], {}))
show("call None", lambda: vm.Call(definition, (1,), None))
show("call function", lambda: vm.Call(add, (1,), {}))
args, kwargs = (1,), {"b": 5}
call = definition.make_call(args, kwargs)
say("same", call.args is args, call.kwargs is kwargs, call.function is definition)
kwargs["b"] = 7
go("kwargs changed later", call)
go("int keys", definition.make_call((1,), {1: 2}))
go("call", vm.Call(definition, (1, 2), {}))
go("generator function", vm.DoFunction(stepping, [], True).make_call((1,), {"b": 2}))
go("generator, missing", vm.DoFunction(stepping, [], True).make_call((1,), {}))
say(isinstance(call, vm.Expand), issubclass(vm.Call, vm.Expand), type(call).__name__)
show("Call subscript", lambda: vm.Call[int])
show("same twice", lambda: definition.make_call((), {}) == definition.make_call((), {}))
show("lines are copies", lambda: definition.tail_resume_lines is definition.tail_resume_lines)


class Owner:
    def __init__(self, base):
        self.base = base

    @do
    def method(self, value):
        return self.base + (yield vm.Pure(value))

    @classmethod
    @do
    def of_class(cls, value):
        return cls.__name__, (yield vm.Pure(value))

    @staticmethod
    @do
    def static(value):
        return (yield vm.Pure(value))


go("method", Owner(1).method(2))
go("class method", Owner.of_class(2))
go("static", Owner.static(2))
say(repr(Owner(1).method(2)).split(" at ")[0])


@do
async def coroutine():
    return 1


@do
async def async_generator():
    yield 1


class Lazy:
    def __call__(self):
        yield vm.Pure(1)
        return "lazy"


go("callable object", vm.DoFunction(Lazy(), [], True).make_call((), {}))
go("callable object, yields False", vm.DoFunction(Lazy(), [], False).make_call((), {}))
result = vm.PyVM().run(coroutine())
say("coroutine", type(result).__name__)
result.close()
say("async generator", type(vm.PyVM().run(async_generator())).__name__)
go("list iterator", vm.DoFunction(lambda: iter([vm.Pure(1)]), [], True).make_call((), {}))
