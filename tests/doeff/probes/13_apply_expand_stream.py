"""Apply, Expand, IRStream and Callable: what each evaluates to."""

from _kit import Ask, do, go, show, vm


def add(a, b):
    return a + b


def numbers(*values):
    total = 0
    for value in values:
        total += yield vm.Pure(value)
    return total


def factory(*values):
    return vm.IRStream(numbers(*values))


@do
def answer(effect, k):
    return (yield vm.Resume(k, 10))


ONE, TWO = vm.Pure(1), vm.Pure(2)
CALLABLE = vm.Pure(vm.Callable(add))
go("apply", vm.Apply(CALLABLE, [ONE, TWO]))
go("apply tuple", vm.Apply(CALLABLE, (ONE, TWO)))
go("apply plain callable in Pure", vm.Apply(vm.Pure(add), [ONE, TWO]))
go("apply bare Callable", vm.Apply(vm.Callable(add), [ONE, TWO]))
go("apply bare function", vm.Apply(add, [ONE, TWO]))
go("apply plain arguments", vm.Apply(CALLABLE, [1, 2]))
go("apply wrong count", vm.Apply(CALLABLE, [ONE]))
go("apply not a sequence", vm.Apply(CALLABLE, 3))
go("apply a generator of arguments", vm.Apply(CALLABLE, (x for x in (ONE, TWO))))
go("apply an effect argument", vm.WithHandler(answer, vm.Apply(CALLABLE, [Ask("a"), TWO])))
go("apply an effect function", vm.WithHandler(answer, vm.Apply(Ask("f"), [TWO])))
go("apply nested", vm.Apply(CALLABLE, [vm.Apply(CALLABLE, [ONE, TWO]), TWO]))
go("apply returns a stream", vm.Apply(vm.Pure(vm.Callable(factory)), [ONE]))
go("apply of an int", vm.Apply(vm.Pure(3), [ONE]))
go("apply raising", vm.Apply(vm.Pure(vm.Callable(lambda: 1 // 0)), []))
go("expand apply", vm.Expand(vm.Apply(vm.Pure(vm.Callable(factory)), [ONE, TWO])))
go(
    "expand apply of a generator function",
    vm.Expand(vm.Apply(vm.Pure(vm.Callable(numbers)), [ONE])),
)
go("expand stream", vm.Expand(vm.Pure(vm.IRStream(numbers(3, 4)))))
go("expand stream directly", vm.Expand(vm.IRStream(numbers(3, 4))))
go("expand of a program value", vm.Expand(vm.Pure(vm.Pure(1))))
go("expand of an effect value", vm.Expand(vm.Pure(Ask("a"))))
go("expand of a Callable", vm.Expand(vm.Pure(vm.Callable(add))))
go("expand of None", vm.Expand(vm.Pure(None)))
stream = vm.IRStream(numbers(1))
go("stream first", vm.Expand(vm.Pure(stream)))
go("stream again", vm.Expand(vm.Pure(stream)))
go("stream of an int", vm.Expand(vm.Pure(vm.IRStream(3))))
go("stream of a list iterator", vm.Expand(vm.Pure(vm.IRStream(iter([ONE, TWO])))))
go("stream with lines", vm.Expand(vm.Pure(vm.IRStream(numbers(1), [3]))))
started = numbers(5)
next(started)
go("stream of a started generator", vm.Expand(vm.Pure(vm.IRStream(started))))
go("expand kept", vm.Pure(vm.IRStream(numbers(1))))
show("stream lines text", lambda: vm.IRStream(numbers(1), "ab"))
show("stream lines negative", lambda: vm.IRStream(numbers(1), [-1]))
show("stream lines float", lambda: vm.IRStream(numbers(1), [1.5]))
show("Callable of an int", lambda: vm.Callable(3))
show("Callable called", lambda: vm.Callable(len)([1]))
