"""The text of an unhandled effect: the chain, the handlers passed over, and the hint."""

import functools

from _kit import Ask, Tell, do, go, vm
from doeff_vm.doeff_vm import StateHandler


@do
def body(effect):
    return (yield effect)


@do
def any_effect(effect, k):
    return (yield vm.Pass(effect, k))


@do
def only_tell(effect: Tell, k):
    return (yield vm.Resume(k, None))


@do
def only_ask(effect: Ask, k):
    return (yield vm.Pass(effect, k))


class One(vm.EffectBase):
    pass


class Two(vm.EffectBase):
    pass


class Three(vm.EffectBase):
    pass


@do
def many(effect: Tell | One | Two | Three, k):
    return (yield vm.Resume(k, None))


def namesake():
    class Ask(vm.EffectBase):
        pass

    Ask.__qualname__ = "Ask"

    @do
    def other_ask(effect: Ask, k):
        return (yield vm.Resume(k, None))

    return other_ask


class Instance:
    def __call__(self, effect, k):
        return vm.Pass(effect, k)

    def __repr__(self):
        return "Instance()"

    @do
    def method(self, effect: Tell, k):
        return (yield vm.Resume(k, None))


class Long(vm.EffectBase):
    def __repr__(self):
        return "L" * 500


class Broken(vm.EffectBase):
    def __repr__(self):
        raise ValueError("no repr")


class Lines(vm.EffectBase):
    def __repr__(self):
        return "two\nlines"


ASK = Ask("k")


def stack(*handlers, effect=ASK):
    program = body(effect)
    for handler in handlers:
        program = vm.WithHandler(handler, program)
    return program


def partial_target(extra, effect, k):
    return vm.Pass(effect, k)


go("none", stack())
go("any", stack(any_effect))
go("typed", stack(only_tell))
go("typed twice", stack(only_tell, only_tell))
go("typed admitting", stack(only_ask))
go("mixed", stack(only_tell, any_effect, many))
go("admitting and not", stack(only_tell, only_ask))
go("many", stack(many))
go("namesake", stack(namesake()))
go("instance", stack(Instance()))
go("method", stack(Instance().method))
go("partial", stack(functools.partial(partial_target, 1)))
go("partial of do", stack(functools.partial(do(partial_target), 1)))
go("lambda", stack(lambda effect, k: vm.Pass(k=k, effect=effect)))
go("state", stack(StateHandler({}, One, Two)))
go("observer", vm.WithObserve(vm.Callable(lambda effect: None), stack()))
go("long repr", stack(effect=Long()))
go("broken repr", stack(effect=Broken()))
go("repr of two lines", stack(effect=Lines()))
go("base effect", stack(effect=vm.EffectBase()))
error = go("any", stack(any_effect))
print(type(error).__mro__[1:3], len(error.args), sorted(vars(error)))
