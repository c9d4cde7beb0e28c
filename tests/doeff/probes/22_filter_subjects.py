"""On which callables an annotation is found: wrappers, methods, partials, instances."""

import functools

from _kit import Ask, Tell, do, say, show, vm
from doeff_vm import _effect_types as types_module


def plain(effect: Ask, k):
    return vm.Resume(k, 1)


def wrapper(*args):
    return plain(*args)


wrapper.__wrapped__ = plain


def third(a, b, effect: Ask, k):
    return vm.Resume(k, 1)


def forwarding(*arguments):
    return plain(*arguments)


class Owner:
    def method(self, effect: Ask, k):
        return vm.Resume(k, 1)

    @classmethod
    def of_class(cls, effect: Ask, k):
        return vm.Resume(k, 1)

    @staticmethod
    def static(effect: Ask, k):
        return vm.Resume(k, 1)

    def __call__(self, effect: Ask, k):
        return vm.Resume(k, 1)

    @do
    def marked(self, effect: Ask, k):
        yield vm.Resume(k, 1)


class Slots:
    __slots__ = ()

    def __call__(self, effect: Tell, k):
        return vm.Resume(k, 1)


class Builtin:
    __call__ = len


SUBJECTS = {
    "plain": plain,
    "marked": do(plain),
    "marked twice": do(do(plain)),
    "wraps": functools.wraps(plain)(forwarding),
    "wrapper": wrapper,
    "partial": functools.partial(third, 1, 2),
    "partial of partial": functools.partial(functools.partial(third, 1), 2),
    "partial with keyword": functools.partial(third, b=2),
    "method": Owner().method,
    "class method": Owner.of_class,
    "static method": Owner.static,
    "unbound": Owner.method,
    "instance": Owner(),
    "slotted instance": Slots(),
    "builtin call": Builtin(),
    "marked method": Owner().marked,
    "partial of a method": functools.partial(Owner().method),
    "class": Owner,
    "builtin": len,
    "lambda": lambda effect, k: None,
    "not callable": 3,
    "None": None,
    "keyword only": lambda *, effect, k: None,
    "variadic": lambda *args: None,
    "lru_cache": functools.lru_cache(plain),
}
for label, subject in SUBJECTS.items():
    show(label, lambda s=subject: types_module.handler_effect_types(s))
for label in ("plain", "marked", "method", "marked method", "instance", "builtin", "partial"):
    spec = types_module.handler_spec(SUBJECTS[label])
    function = spec.generator_function
    say(
        label,
        "spec",
        spec.effect_types,
        getattr(function, "__name__", function),
        spec.tail_resume_lines,
        spec.passed,
    )
say("kept on the function", sorted(vars(plain)), sorted(vars(SUBJECTS["marked"])))
say("same spec", types_module.handler_spec(plain) is types_module.handler_spec(plain))
