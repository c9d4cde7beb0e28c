"""HandlerSpec: constructor checks, and that the VM reads the spec kept on the function."""

from _kit import Ask, Tell, do, go, say, show, vm


def spec(*arguments):
    return vm.HandlerSpec(*arguments)


for label, arguments in {
    "list of types": ([Ask], None, (), None),
    "not types": ((3,), None, (), None),
    "int types": (3, None, (), None),
    "empty types": ((), None, (), None),
    "generator int": (None, 3, (), None),
    "lines list": (None, None, [1, 2], None),
    "lines int": (None, None, 1, None),
    "lines text": (None, None, ("a",), None),
    "lines text itself": (None, None, "ab", None),
    "lines negative": (None, None, (-1,), None),
    "lines None": (None, None, None, None),
    "passed": (None, None, (), ((Ask,), (Tell,))),
    "passed list": (None, None, (), [(Ask,), (Tell,)]),
    "passed one": (None, None, (), ((Ask,),)),
    "passed of lists": (None, None, (), ([Ask], [Tell])),
    "passed int": (None, None, (), 3),
    "passed of values": (None, None, (), ((3,), ())),
}.items():
    made = show(label, lambda a=arguments: type(spec(*a)).__name__)
    if isinstance(made, str):
        kept = spec(*arguments)
        say(label, kept.effect_types, kept.generator_function, kept.tail_resume_lines, kept.passed)


def answering(value):
    def clause(effect, k):
        return (yield vm.Resume(k, value))

    return clause


@do
def body(effect):
    return (yield effect)


def installed(handler_spec, effect):
    def handler(effect, k):
        return vm.Resume(k, "called")

    handler.__doeff_handler_spec__ = handler_spec
    return vm.WithHandler(handler, body(effect))


go("spec without generator", installed(spec(None, None, (), None), Ask("a")))
go("spec with generator", installed(spec(None, answering("generator"), (), None), Ask("a")))
go("spec filters", installed(spec((Tell,), answering("g"), (), None), Ask("a")))
go("spec filters, base", installed(spec((Ask,), answering("g"), (), None), Ask("a")))
go("spec passes", installed(spec(None, answering("g"), (), ((Ask,), ())), Ask("a")))
go("spec passes other", installed(spec(None, answering("g"), (), ((Tell,), ())), Ask("a")))
go("spec passes but keeps", installed(spec(None, answering("g"), (), ((Ask,), (Ask,))), Ask("a")))
go("spec of another type", installed(3, Ask("a")))
go("spec None", installed(None, Ask("a")))
go("spec generator plain", installed(spec(None, lambda effect, k: 5, (), None), Ask("a")))
go(
    "spec generator returns node",
    installed(spec(None, lambda effect, k: vm.Resume(k, 1), (), None), Ask("a")),
)
