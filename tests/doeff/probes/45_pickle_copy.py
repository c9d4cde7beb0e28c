"""Pickling and copying of every class: which can, what comes back, and the refusals."""

import copy
import pickle

from _kit import Ask, clean, do, go, say, vm


def function(x):
    return x


def describe(value):
    fields = (
        "value",
        "error",
        "captured_traceback",
        "effect",
        "f",
        "args",
        "expr",
        "function",
        "tail_resume_lines",
        "yields",
        "kwargs",
        "handler",
        "body",
        "observer",
        "boundaries",
        "key",
    )
    found = {}
    for field in fields:
        try:
            found[field] = getattr(value, field)
        except AttributeError:
            continue
    return clean(f"{value!r} {found} {getattr(value, '__dict__', None)}")


def attempt(label, action, value):
    try:
        say(label, describe(action(value)))
    except Exception as error:
        say(label, f"{type(error).__name__}: {error}")


class Slotted(vm.EffectBase):
    __slots__ = ("key",)

    def __init__(self, key):
        self.key = key


class WithState(vm.EffectBase):
    def __init__(self, key):
        self.key = key

    def __getstate__(self):
        return {"key": "changed"}


class Sub(vm.Expand):
    pass


definition = vm.DoFunction(function, [1], False)
extra = vm.Pure(1)
extra.extra = "kept"
VALUES = {
    "Pure": vm.Pure([1]),
    "Pure with attribute": extra,
    "Perform": vm.Perform(Ask("a")),
    "Apply": vm.Apply(vm.Pure(function), [vm.Pure(1)]),
    "Expand": vm.Expand(vm.Pure(1)),
    "Expand subclass": Sub(vm.Pure(1)),
    "DoFunction": definition,
    "Call": vm.Call(definition, (1,), {"b": 2}),
    "Callable": vm.Callable(function),
    "WithHandler": vm.WithHandler(function, vm.Pure(1)),
    "WithObserve": vm.WithObserve(vm.Callable(function), vm.Pure(1)),
    "WithBoundaries": vm.WithBoundaries([("handler", function)], vm.Pure(1)),
    "TailEval": vm.TailEval(vm.Pure(1)),
    "GetExecutionContext": vm.GetExecutionContext(),
    "GetOuterHandlers": vm.GetOuterHandlers(),
    "BindOpener": vm.BindOpener(function, function),
    "HandlerSpec": vm.HandlerSpec(None, None, (), None),
    "IRStream": vm.IRStream(x for x in ()),
    "PyVM": vm.PyVM(),
    "EffectBase": vm.EffectBase(),
    "Ask": Ask("a"),
    "Slotted": Slotted("s"),
    "WithState": WithState("w"),
    "Ok": vm.Ok([1]),
    "Err": vm.Err(ValueError("e")),
    "Err with trace": vm.Err(ValueError("e"), [["frame", "f", "x.py", 1]]),
    "UnhandledEffect": vm.UnhandledEffect("text"),
}
for label, value in VALUES.items():
    for protocol in (0, 2, 5):
        attempt(
            f"{label} pickle {protocol}",
            lambda v, p=protocol: pickle.loads(pickle.dumps(v, p)),
            value,
        )
    attempt(f"{label} copy", copy.copy, value)
    attempt(f"{label} deepcopy", copy.deepcopy, value)
for label in ("Pure", "Call", "DoFunction", "Err with trace", "Ask", "EffectBase", "Slotted"):
    attempt(f"{label} reduce", lambda v: vm.Pure(v.__reduce_ex__(2)), VALUES[label])


@do
def keep(effect, k):
    for name, action in {"pickle": pickle.dumps, "copy": copy.copy, "deep": copy.deepcopy}.items():
        attempt(f"k {name}", action, k)
        attempt(f"Resume {name}", action, vm.Resume(k, 1))
    return "kept"
    yield


go("k", vm.WithHandler(keep, Ask("a")))
for cls in (vm.Pure, vm.K, vm.PyVM, vm.Ok, vm.UnhandledEffect, vm.EffectBase, vm.Call):
    attempt(f"class {cls.__name__}", lambda v: vm.Pure(pickle.loads(pickle.dumps(v)) is v), cls)
