"""An IRStream of iterators that lack methods of generators."""

from _kit import do, go, vm


class Ending:
    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration(5)


class Failing:
    def __next__(self):
        raise LookupError("next")


class Sending:
    def send(self, value):
        raise StopIteration(("sent", value))


class Once:
    """One step, and no `send`."""

    def __next__(self):
        return vm.Pure(1)


@do
def catches(program):
    try:
        return (yield program)
    except Exception as error:
        return f"caught {type(error).__name__}: {error}"


MAKERS = {
    "empty list iterator": lambda: iter([]),
    "empty tuple iterator": lambda: iter(()),
    "list iterator": lambda: iter([vm.Pure(1)]),
    "ending": Ending,
    "failing": Failing,
    "sending": Sending,
    "once": Once,
    "list": list,
    "number": int,
}
for label, make in MAKERS.items():
    go(label, vm.Expand(vm.Pure(vm.IRStream(make()))))
    go(f"{label} caught", catches(vm.Expand(vm.Pure(vm.IRStream(make())))))
