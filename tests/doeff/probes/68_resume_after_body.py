"""What a clause gets from Resume: results, errors, and work left around the WithHandler."""

from _kit import Ask, do, go, say, vm


@do
def body(times):
    total = 0
    for index in range(times):
        total += yield Ask(index)
    return total


@do
def failing_body():
    yield Ask(1)
    raise ValueError("body")


@do
def collecting(effect, k):
    rest = yield vm.Resume(k, 1)
    return [effect.key, *(rest if isinstance(rest, list) else [rest])]


@do
def rescuing(effect, k):
    try:
        return (yield vm.Resume(k, 1))
    except ValueError as error:
        return f"rescued {error}"


@do
def ensuring(effect, k):
    try:
        return (yield vm.Resume(k, 1))
    finally:
        say("  ensured", effect)


@do
def converting(effect, k):
    try:
        return (yield vm.Resume(k, 1))
    except ValueError as error:
        raise KeyError("converted") from error


@do
def ignoring_result(effect, k):
    yield vm.Resume(k, 1)


@do
def yields_value_after(effect, k):
    got = yield vm.Resume(k, 1)
    more = yield vm.Pure(10)
    return got, more


@do
def resumes_in_try_with(effect, k):
    with Manager():
        return (yield vm.Resume(k, 1))


class Manager:
    def __enter__(self):
        say("  enter")

    def __exit__(self, kind, value, trace):
        say("  exit", kind)
        return True


@do
def around(program):
    got = yield program
    return f"around {got}"


go("collecting", around(vm.WithHandler(collecting, body(3))))
go("rescuing", around(vm.WithHandler(rescuing, failing_body())))
go("ensuring", around(vm.WithHandler(ensuring, body(2))))
go("ensuring, failing", around(vm.WithHandler(ensuring, failing_body())))
go("converting", around(vm.WithHandler(converting, failing_body())))
go("ignoring", around(vm.WithHandler(ignoring_result, body(2))))
go("more", around(vm.WithHandler(yields_value_after, body(2))))
go("with", around(vm.WithHandler(resumes_in_try_with, failing_body())))
