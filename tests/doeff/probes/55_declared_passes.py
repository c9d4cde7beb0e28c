"""declare_passes: a handler is skipped for the effects that it says it passes on."""

from _kit import Ask, Tell, do, failure, go, say, vm
from doeff_vm import _effect_types as types_module


class Child(Ask):
    pass


@do
def outer(effect, k):
    return (yield vm.Resume(k, f"outer {type(effect).__name__}"))


def fresh():
    @do
    def inner(effect, k):
        return (yield vm.Resume(k, f"inner {type(effect).__name__}"))

    return inner


@do
def ask_all():
    answers = []
    for effect in (Ask("a"), Child("b"), Tell("t")):
        answers.append((yield effect))
    return answers


def calls(source):
    def counted():
        say("  source asked")
        return source()

    return counted


SOURCES = {
    "one": lambda: (Ask, ()),
    "tuple": lambda: ((Ask, Tell), ()),
    "keeps": lambda: (Ask, (Child,)),
    "list keeps": lambda: (Ask, [Child]),
    "name error": lambda: (NoSuchName, ()),  # noqa: F821
    "attribute error": lambda: (vm.NoSuchName, ()),
    "value": lambda: (3, ()),
    "empty": lambda: ((), ()),
    "keeps value": lambda: (Ask, (3,)),
    "other error": lambda: (1 // 0, ()),
    "wrong shape": lambda: Ask,
    "EffectBase": lambda: (vm.EffectBase, ()),
}
for label, source in SOURCES.items():
    inner = fresh()
    same = types_module.declare_passes(inner, calls(source)) is inner
    say(label, "returned:", same, "marked:", "__doeff_passes__" in vars(inner))
    go(label, vm.WithHandler(outer, vm.WithHandler(inner, ask_all())))
    go(f"{label} again", vm.WithHandler(outer, vm.WithHandler(inner, ask_all())))


@do
def guarded(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught " + failure(error)


bad = types_module.declare_passes(fresh(), lambda: (1 // 0, ()))
go("guarded", guarded(vm.WithHandler(outer, vm.WithHandler(bad, ask_all()))))
