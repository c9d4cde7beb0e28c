"""Deep handlers, shadowing, order of clauses, effects of clauses, handlers in clauses."""

from _kit import Ask, Tell, do, go, say, vm


def answering(name):
    @do
    def clause(effect, k):
        say("  enter", name, effect)
        got = yield vm.Resume(k, name)
        say("  leave", name, got)
        return f"{name}({got})"

    return clause


@do
def body():
    return [(yield Ask(1)), (yield Ask(2))]


@do
def nested():
    inner = yield vm.WithHandler(answering("inner"), body())
    outer = yield Ask("outside")
    return inner, outer


@do
def reperforming(effect, k):
    got = yield effect
    return (yield vm.Resume(k, f"re {got}"))


@do
def through_nested(effect, k):
    got = yield vm.WithHandler(answering("nested"), Ask("in clause"))
    return (yield vm.Resume(k, got))


@do
def body_with_k(k):
    got = yield vm.Resume(k, "from a helper")
    return f"helper({got})"


@do
def delegating(effect, k):
    got = yield body_with_k(k)
    return f"clause({got})"


@do
def replaced(effect, k):
    return (yield vm.Pass(Tell("replaced"), k))


@do
def pass_in_helper(effect, k):
    got = yield helper(effect, k)
    return f"after pass {got}"


@do
def helper(effect, k):
    got = yield vm.Pass(effect, k)
    return f"helper pass {got}"


@do
def conditional(effect, k):
    if isinstance(effect, Tell):
        return (yield vm.Resume(k, "told"))
    yield vm.Pass(effect, k)


@do
def both():
    return [(yield Ask("a")), (yield Tell("t"))]


@do
def two_resumes_elsewhere(effect, k):
    first = yield vm.WithHandler(answering("w"), resume_in(k))
    return f"moved({first})"


@do
def resume_in(k):
    got = yield vm.Resume(k, "under w")
    mine = yield Ask("mine")
    return got, mine


go("deep", vm.WithHandler(answering("deep"), body()))
go("nested", vm.WithHandler(answering("outer"), nested()))
go("re-performing", vm.WithHandler(answering("outer"), vm.WithHandler(reperforming, body())))
go(
    "same handler twice",
    vm.WithHandler(
        answering("o"), vm.WithHandler(reperforming, vm.WithHandler(reperforming, Ask("x")))
    ),
)
go("nested in the clause", vm.WithHandler(through_nested, body()))
go("helper resumes", vm.WithHandler(delegating, Ask("x")))
go("pass another effect", vm.WithHandler(answering("o"), vm.WithHandler(replaced, Ask("x"))))
go("pass in a helper", vm.WithHandler(answering("o"), vm.WithHandler(pass_in_helper, Ask("x"))))
go("conditional", vm.WithHandler(answering("o"), vm.WithHandler(conditional, both())))
go("resumed under another handler", vm.WithHandler(two_resumes_elsewhere, body()))
node = vm.WithHandler(answering("shared"), body())
go("a node twice", node)
go("a node twice", node)
