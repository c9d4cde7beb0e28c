"""What is wrong far inside a program is refused before it begins; and throwing no exception."""

from _kit import Ask, do, failure, go, say, vm

FUNCTION = vm.Pure(vm.Callable(lambda *values: values))


class Expanded(vm.Expand):
    pass


def resuming(effect, k):
    return vm.Resume(k, 1)


def throwing_text(effect, k):
    return vm.ResumeThrow(k, "a")


def ending_with_text(effect, k):
    return vm.TransferThrow(k, "a")


@do
def throwing_number(effect, k):
    return (yield vm.ResumeThrow(k, 3))


def ran(value):
    say("  ran")
    return value


PROGRAMS = {
    "Expand(3)": lambda: vm.Expand(3),
    "Expanded(3)": lambda: Expanded(3),
    "Expand(Expand(3))": lambda: vm.Expand(vm.Expand(3)),
    "Expand(TailEval(3))": lambda: vm.Expand(vm.TailEval(3)),
    "Expand(WithHandler(3))": lambda: vm.Expand(vm.WithHandler(resuming, 3)),
    "Expand(Apply(3))": lambda: vm.Expand(vm.Apply(3, [])),
    "Expand(Apply([3]))": lambda: vm.Expand(vm.Apply(FUNCTION, [3])),
    "Apply(3)": lambda: vm.Apply(3, [4]),
    "Apply(TailEval(3))": lambda: vm.Apply(vm.TailEval(3), []),
    "Apply(WithHandler(3))": lambda: vm.Apply(vm.WithHandler(resuming, 3), []),
    "Apply([1, 2])": lambda: vm.Apply(FUNCTION, [vm.Pure(1), 2, "x"]),
    "Apply([TailEval(3)])": lambda: vm.Apply(FUNCTION, [vm.Pure(1), vm.TailEval(3)]),
    "Apply([WithHandler(3)])": lambda: vm.Apply(FUNCTION, [vm.WithHandler(resuming, 3)]),
    "TailEval(Expand(3))": lambda: vm.TailEval(vm.Expand(3)),
    "WithObserve(Expand(3))": lambda: vm.WithObserve(vm.Callable(ran), vm.Expand(3)),
    "WithBoundaries(Apply([3]))": lambda: vm.WithBoundaries(
        [("handler", resuming)], vm.Apply(FUNCTION, [3])
    ),
}

AROUND = {
    "alone": lambda program: program,
    "WithHandler": lambda program: vm.WithHandler(resuming, program),
    "WithObserve": lambda program: vm.WithObserve(vm.Callable(ran), program),
    "both": lambda program: vm.WithObserve(
        vm.Callable(ran), vm.WithHandler(resuming, vm.TailEval(program))
    ),
}


@do
def yielding(program):
    try:
        return ("got", (yield program))
    except BaseException as error:
        return "caught: " + failure(error)


@do
def asking():
    return (yield Ask("a"))


for name, make in PROGRAMS.items():
    for around, enclose in AROUND.items():
        go(f"{name} {around}", enclose(make()))
        go(f"{name} {around}, yielded", yielding(enclose(make())))

for handler in (throwing_text, ending_with_text, throwing_number):
    go(f"{handler.__name__} at an effect", vm.WithHandler(handler, Ask("a")))
    go(f"{handler.__name__} at a program", vm.WithHandler(handler, asking()))
    go(f"{handler.__name__} caught", vm.WithHandler(handler, yielding(Ask("a"))))
