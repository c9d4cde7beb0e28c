"""Which parameter is the effect's: positional-only, defaults, other names, variadics."""

import functools

from _kit import Ask, Tell, show
from doeff_vm._effect_types import check_handler_annotation, handler_effect_types


def positional_only(effect: Ask, k, /):
    return None


def defaulted(effect: Ask = None, k=None):
    return None


def other_names(event: Ask, continuation: Tell):
    return None


def only_k_annotated(effect, k: Tell):
    return None


def one(effect: Ask):
    return None


def starred(*effect: Ask):
    return None


def keyword(*, effect: Ask):
    return None


def none():
    return None


def returning(effect, k) -> Ask:
    return None


class Meta(type):
    def __call__(cls, effect: Ask, k):
        return None


class WithMeta(metaclass=Meta):
    pass


class StaticCall:
    @staticmethod
    def __call__(effect: Ask, k):
        return None


class PartialCall:
    __call__ = functools.partial(other_names)


class Inherits(StaticCall):
    pass


def looped(effect: Tell, k):
    return None


for subject in (
    positional_only,
    defaulted,
    other_names,
    only_k_annotated,
    one,
    starred,
    keyword,
    none,
    returning,
    WithMeta,
    StaticCall(),
    PartialCall(),
    Inherits(),
    functools.partial(other_names, 1),
    functools.partial(other_names, 1, 2),
    functools.partial(other_names, event=1),
    functools.partial(len),
):
    name = getattr(subject, "__name__", type(subject).__name__)
    show(name, lambda s=subject: handler_effect_types(s))
    show(f"{name} check", lambda s=subject: check_handler_annotation(s))
looped.__wrapped__ = other_names
show("wrapped wins", lambda: handler_effect_types(looped))
looped.__wrapped__ = functools.partial(other_names, 1)
show("wrapped partial", lambda: handler_effect_types(looped))
looped.__wrapped__ = 3
show("wrapped int", lambda: handler_effect_types(looped))
looped.__wrapped__ = None
show("wrapped None", lambda: handler_effect_types(looped))
