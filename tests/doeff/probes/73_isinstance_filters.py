"""How the VM matches effects against filters: isinstance, virtual bases and failing checks."""

import abc

from _kit import Ask, do, failure, go, vm


class Virtual(abc.ABC):  # noqa: B024
    pass


Virtual.register(Ask)


class Meta(type(vm.EffectBase)):
    def __instancecheck__(cls, instance):
        return getattr(instance, "key", None) == "yes"


class Judged(vm.EffectBase, metaclass=Meta):
    pass


class Raising(type(vm.EffectBase)):
    def __instancecheck__(cls, instance):
        raise ValueError("check failed")


class Broken(vm.EffectBase, metaclass=Raising):
    pass


class Lying(vm.EffectBase):
    @property
    def __class__(self):
        return Ask


def typed(kind):
    def clause(effect: kind, k):
        return (yield vm.Resume(k, f"typed {kind.__name__}"))

    return do(clause)


@do
def body(effect):
    try:
        return (yield effect)
    except vm.UnhandledEffect:
        return "unhandled"
    except Exception as error:
        return "caught " + failure(error)


for kind in (Virtual, Judged, Broken, Ask):
    for effect in (Ask("a"), Ask("yes"), Judged(), Broken(), Lying()):
        go(
            f"{kind.__name__} {type(effect).__name__} {getattr(effect, 'key', None)}",
            vm.WithHandler(typed(kind), body(effect)),
        )
