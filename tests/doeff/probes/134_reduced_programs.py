"""What is pickled of programs: what the class takes on both machines."""

import copy
import pickle

from _kit import Ask, run, say, show, vm


def handler(effect, k):
    return vm.Resume(k, effect.key)


for program in (
    vm.Pure(1),
    vm.Perform(Ask("a")),
    vm.WithHandler(handler, vm.Perform(Ask("a"))),
    vm.WithObserve(vm.Callable(print), vm.Pure(1)),
    vm.WithBoundaries([("handler", handler)], vm.Perform(Ask("a"))),
):
    kind, fields = program.__reduce__()
    say(kind.__name__, len(fields), *(type(field).__name__ for field in fields))
    show("copied", lambda program=program: run(copy.copy(program)))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps(program, protocol)
        show(f"protocol {protocol}", lambda data=data: run(pickle.loads(data)))
