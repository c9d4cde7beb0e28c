"""Closures of one code with different annotations each keep their own filter."""

from _kit import Ask, Tell, do, say, vm
from doeff_vm import _effect_types as types_module


def made(kind):
    def clause(effect: kind, k):
        return (yield vm.Resume(k, kind))

    return do(clause)


@do
def body(effect):
    return (yield effect)


def names(types):
    return types and [kind.__name__ for kind in types]


first, second, third, fourth = made(Ask), made(Tell), made(Ask | Tell), made(Tell | Ask)
for label, handler in {"1": first, "2": second, "3": third, "4": fourth, "1 again": first}.items():
    say(label, names(types_module.handler_effect_types(handler)))
say(names(types_module.handler_effect_types(made(vm.EffectBase))))
say(names(types_module.handler_effect_types(made("Ask"))))
say(names(types_module.handler_effect_types(made("Tell"))))
for effect in (Ask("a"), Tell("t")):
    try:
        say(type(effect).__name__, vm.PyVM().run(vm.WithHandler(first, body(effect))).__name__)
    except vm.UnhandledEffect:
        say(type(effect).__name__, "unhandled")
