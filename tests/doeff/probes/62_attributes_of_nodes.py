"""Attributes set on nodes and effects live on, also across a run."""

from _kit import Ask, do, go, say, vm


@do
def look(effect, k):
    say("  effect attributes", vars(effect))
    effect.seen = True
    return (yield vm.Resume(k, effect))


@do
def body(effect):
    got = yield effect
    return got is effect


effect = Ask("a")
effect.extra = [1]
go("same effect", vm.WithHandler(look, body(effect)))
say("after", vars(effect))
call = body(effect)
call.note = "n"
call.__dict__["other"] = 2
go("run", vm.WithHandler(look, call))
say("call", vars(call))
for node in (vm.Pure(1), vm.WithHandler(look, call), vm.TailEval(call), vm.GetOuterHandlers()):
    node.value_of = 1
    del node.value_of
    node.__dict__ = {"whole": 1}
    say(type(node).__name__, vars(node))
