"""A hint of one's own, and one that fails."""

from _kit import attempt, show
from doeff import Ask, EffectBase
from doeff_vm._unhandled_hint import hint_for, register_unhandled_effect_hint


class Mine(EffectBase):
    def __repr__(self):
        return "Mine!"


class Broken(EffectBase):
    pass


class NoRepr(EffectBase):
    def __repr__(self):
        raise ValueError("no repr")


def own(effect):
    if isinstance(effect, Broken):
        raise KeyError("the hint fails")
    return "use my handler" if isinstance(effect, Mine) else None


register_unhandled_effect_hint(own)
show("mine", Mine())
show("ask", Ask("x"))
show("broken", Broken())
show("no repr", NoRepr())
attempt("hint", lambda: hint_for(Mine()))
