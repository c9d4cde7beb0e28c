"""K.to_dict: the entries for a fresh, a passed and a used continuation."""

import json

from _kit import Ask, clean, do, go, say, vm


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return "int"
    return value if isinstance(value, (str, bool, type(None))) else type(value).__name__


@do
def leaf():
    return (yield Ask("a"))


@do
def middle():
    return (yield leaf())


@do
def report(effect, k):
    found = k.to_dict()
    say("  type", type(found).__name__)
    say(clean(json.dumps(plain(found), indent=1)))
    yield vm.Resume(k, 1)
    say("  used", plain(k.to_dict()), clean(k))
    return "end"


@do
def passing(effect, k):
    return (yield vm.Pass(effect, k))


go("calls", vm.WithHandler(report, middle()))
go("passed", vm.WithHandler(report, vm.WithHandler(passing, leaf())))
go("observer", vm.WithHandler(report, vm.WithObserve(vm.Callable(lambda e: None), leaf())))
KEPT = []


@do
def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


go("keep", vm.WithHandler(keep, leaf()))
say("after the run", clean(json.dumps(plain(KEPT[0].to_dict()))))
