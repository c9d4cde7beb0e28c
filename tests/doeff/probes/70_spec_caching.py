"""When annotations and marks are read: once per function, and what later changes do."""

from _kit import Ask, Tell, do, go, say, vm


@do
def body(effect):
    return (yield effect)


def fresh():
    def clause(effect: Ask, k):
        return (yield vm.Resume(k, "clause"))

    return do(clause)


def try_both(label, handler):
    for effect in (Ask("a"), Tell("t")):
        try:
            got = vm.PyVM().run(vm.WithHandler(handler, body(effect)))
        except vm.UnhandledEffect:
            got = "unhandled"
        say(label, type(effect).__name__, got)


handler = fresh()
say("before", sorted(vars(handler)))
try_both("first", handler)
say("after", sorted(vars(handler)), sorted(vars(handler.__wrapped__)))
handler.__annotations__["effect"] = Tell
handler.__wrapped__.__annotations__["effect"] = Tell
try_both("annotation changed", handler)
del handler.__doeff_handler_spec__
try_both("spec deleted", handler)
del handler.__wrapped__.__doeff_effect_types__
try_both("types still in the spec", handler)
del handler.__doeff_handler_spec__
try_both("both deleted", handler)


def other(effect, k):
    return (yield vm.Resume(k, "other"))


handler.__doeff_generator_function__ = other
try_both("generator changed", handler)
del handler.__doeff_handler_spec__
try_both("generator changed, spec deleted", handler)

changed = fresh()
node = vm.WithHandler(changed, body(Ask("a")))
changed.__wrapped__.__annotations__["effect"] = Tell
try:
    vm.PyVM().run(node)
    say("annotation read when built")
except vm.UnhandledEffect:
    say("annotation read when run")


def plain(effect: Ask, k):
    return vm.Resume(k, "plain")


try_both("plain", plain)
say("plain", sorted(vars(plain)))
plain.__doeff_generator_function__ = other
try_both("marked later", plain)
del plain.__doeff_handler_spec__
try_both("marked later, spec deleted", plain)
plain.__doeff_generator_function__ = None
del plain.__doeff_handler_spec__
try_both("mark None", plain)
plain.__doeff_generator_function__ = 3
del plain.__doeff_handler_spec__
go("mark int", vm.WithHandler(plain, body(Ask("a"))))
wrong = fresh()
wrong.__doeff_tail_resume_lines__ = ("x",)
go("lines text", vm.WithHandler(wrong, body(Ask("a"))))
wrong = fresh()
wrong.__doeff_tail_resume_lines__ = None
go("lines None", vm.WithHandler(wrong, body(Ask("a"))))
