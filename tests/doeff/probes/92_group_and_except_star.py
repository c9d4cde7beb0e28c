"""Exception groups through bodies and clauses, with except*."""

from _kit import Ask, do, go, vm


@do
def fail():
    raise ExceptionGroup("many", [ValueError("v"), KeyError("k")])
    yield


@do
def partly(program):
    try:
        yield program
    except* ValueError as group:
        caught = [str(error) for error in group.exceptions]
        yield vm.Pure(caught)
    return "never"


@do
def fully(program):
    seen = []
    try:
        yield program
    except* ValueError as group:
        seen.append(len(group.exceptions))
    except* KeyError as group:
        seen.append(len(group.exceptions))
    return seen


@do
def throwing(effect, k):
    return (yield vm.ResumeThrow(k, ExceptionGroup("thrown", [ValueError("t")])))


error = go("partly", partly(fail()))
go("rest", vm.Pure([type(item).__name__ for item in error.exceptions]))
go("fully", fully(fail()))
go("thrown", vm.WithHandler(throwing, fully(Ask("a"))))
