"""BindOpener: which binds it answers itself and which it hands to its fallback."""

from _kit import Ask, do, go, say, show, vm


def fallback(*arguments):
    say("  fallback", *(getattr(a, "__name__", repr(a).split(" at ")[0]) for a in arguments))
    return vm.Pure("from fallback")


def generator_program(generator):
    say("  generator program", type(generator).__name__)
    return vm.Expand(vm.Pure(vm.IRStream(generator)))


def passes(kind):
    return kind is str


def stepping():
    got = yield vm.Pure(3)
    return got


def function(value=1):
    say("  function called")
    return value


def failing():
    raise ValueError("in place")


def returns_generator():
    return stepping()


def takes_two(effect, k):
    return 1


def absent():
    return "absent"


plain = vm.BindOpener(fallback, generator_program)
open_bind = vm.BindOpener(fallback, generator_program, passes)


def call(target, *args, yields=False, **kwargs):
    return vm.DoFunction(target, [], yields).make_call(args, kwargs)


for label, opener in {"plain": plain, "passing": open_bind}.items():
    show(f"{label} call", lambda o=opener: o(call(function)))
    show(f"{label} call with arguments", lambda o=opener: o(call(function, value=2)))
    show(f"{label} generator answer", lambda o=opener: type(o(call(returns_generator))).__name__)
    show(f"{label} yielding call", lambda o=opener: o(call(stepping, yields=True)))
    show(f"{label} failing", lambda o=opener: o(call(failing)))
    show(f"{label} wrong arguments", lambda o=opener: o(call(function, 1, 2)))
    show(f"{label} handler body", lambda o=opener: o(call(takes_two, vm.Pure(1))))
    show(f"{label} effect", lambda o=opener: o(Ask("a")))
    show(f"{label} text", lambda o=opener: o("text"))
    show(f"{label} text again", lambda o=opener: o("text"))
    show(f"{label} int", lambda o=opener: o(3))
    show(f"{label} with absent", lambda o=opener: o(call(function), absent))
    show(f"{label} text with absent", lambda o=opener: o("text", absent))
    show(f"{label} absent None", lambda o=opener: o(call(function), None))
    show(f"{label} keywords", lambda o=opener: o(expr=call(function), absent=None))
    show(f"{label} none", lambda o=opener: o())
    show(f"{label} three", lambda o=opener: o(1, 2, 3))
    show(f"{label} bad keyword", lambda o=opener: o(1, nonsense=2))
    show(f"{label} callee returns a program", lambda o=opener: o(call(lambda: vm.Pure("program"))))
    show(f"{label} callee returns an effect", lambda o=opener: o(call(lambda: Ask("x"))))


class Kind:
    pass


show("first", lambda: open_bind(Kind()))
show("second", lambda: open_bind(Kind()))
Kind.changed = True
show("after a change", lambda: open_bind(Kind()))
show("fallback int", lambda: vm.BindOpener(3, 4)(1))
show("passes int", lambda: vm.BindOpener(fallback, generator_program, 3)(1))
show(
    "passes raising",
    lambda: vm.BindOpener(fallback, generator_program, lambda kind: 1 // 0)(Kind()),
)
show(
    "passes returning a value",
    lambda: vm.BindOpener(fallback, generator_program, lambda kind: "yes")("operand"),
)
go("in a program", open_bind(call(returns_generator)))


@do
def binding():
    return (yield open_bind(call(function, 5)))


go("bound", binding())
