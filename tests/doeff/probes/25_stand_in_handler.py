"""Which attributes the VM reads of a handler object at each stage, apart from its class."""

from _kit import Ask, clean, do, say, vm


class Logging:
    """A callable that prints each attribute asked of it."""

    def __init__(self, answers):
        object.__setattr__(self, "answers", answers)

    def __getattribute__(self, name):
        answers = object.__getattribute__(self, "answers")
        if name != "__class__":
            say("  asked", name)
        return answers[name] if name in answers else object.__getattribute__(self, name)

    def __call__(self, effect, k):
        return vm.Resume(k, 1)


class Passing(Logging):
    def __call__(self, effect, k):
        return vm.Pass(effect, k)


@do
def body():
    return (yield Ask("a"))


@do
def questions(program):
    return (yield program)


@do
def ask_around(effect, k):
    handlers = yield vm.GetHandlers(k)
    trace = yield vm.GetTraceback(k)
    say("  handlers", len(handlers), "trace", len(trace))
    return (yield vm.Resume(k, 2))


@do
def context():
    found = yield vm.GetExecutionContext()
    say("  context", clean(found))
    return (yield Ask("a"))


say("build")
program = vm.WithHandler(Logging({}), body())
say("run")
say("result", vm.PyVM().run(program))
say("no effect")
say("result", vm.PyVM().run(vm.WithHandler(Logging({}), vm.Pure(1))))
say("named")
named = Logging({"__name__": "n", "__qualname__": "q"})
say("result", vm.PyVM().run(vm.WithHandler(named, body())))
say("questions")
say("result", vm.PyVM().run(vm.WithHandler(ask_around, vm.WithHandler(Passing({}), body()))))
say("context")
say("result", vm.PyVM().run(vm.WithHandler(Logging({}), context())))
say("unhandled")
try:
    vm.PyVM().run(vm.WithHandler(Passing({"__name__": "shown"}), body()))
except vm.UnhandledEffect as error:
    say("text", str(error).splitlines()[1])
try:
    vm.PyVM().run(vm.WithHandler(Passing({"__qualname__": "q", "__name__": 3}), body()))
except vm.UnhandledEffect as error:
    say("text", str(error).splitlines()[1])
