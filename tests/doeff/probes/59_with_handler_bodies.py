"""What may be the body of WithHandler and WithObserve, and what their results are."""

from _kit import Ask, do, failure, go, say, vm


@do
def answer(effect, k):
    return (yield vm.Resume(k, f"answer {effect.key}"))


def generator():
    got = yield Ask("g")
    return got


@do
def guarded(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught " + failure(error)


watch = vm.Callable(lambda effect: say("  seen", effect))
BODIES = {
    "Pure": vm.Pure(1),
    "effect": Ask("e"),
    "Perform": vm.Perform(Ask("p")),
    "call": do(generator)(),
    "plain call": do(lambda: 5)(),
    "stream": vm.Expand(vm.Pure(vm.IRStream(generator()))),
    "Apply": vm.Apply(vm.Pure(vm.Callable(len)), [vm.Pure([1, 2])]),
    "handler": vm.WithHandler(answer, Ask("h")),
    "observer": vm.WithObserve(watch, Ask("o")),
    "TailEval": vm.TailEval(Ask("t")),
    "context": vm.GetExecutionContext(),
    "outer handlers": vm.GetOuterHandlers(),
    "generator": generator(),
    "function": generator,
    "int": 3,
    "None": None,
    "effect class": Ask,
}
for label, body in BODIES.items():
    if label == "outer handlers":
        say(label, len(vm.PyVM().run(vm.WithHandler(answer, body))))
        continue
    go(f"{label} handled", vm.WithHandler(answer, body))
    go(f"{label} guarded", guarded(vm.WithHandler(answer, body)))
    go(f"{label} observed", vm.WithHandler(answer, vm.WithObserve(watch, body)))
