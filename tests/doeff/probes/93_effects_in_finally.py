"""Effects performed in finally and except blocks while an exception or a return is on its way."""

from _kit import Ask, do, go, say, vm


@do
def answer(effect, k):
    say("  answering", effect)
    return (yield vm.Resume(k, 1))


@do
def returning():
    try:
        return "returned"
    finally:
        yield Ask("in finally")


@do
def raising():
    try:
        raise ValueError("raised")
    finally:
        yield Ask("in finally")


@do
def catching():
    try:
        yield raising()
    except ValueError:
        got = yield Ask("in except")
        return f"caught {got}"


@do
def overriding():
    try:
        raise ValueError("lost")
    finally:
        return (yield Ask("overriding"))  # noqa: B012


@do
def with_manager():
    with Manager():
        yield Ask("in with")
    return "after with"


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        say("  exit", details[0])


for make in (returning, raising, catching, overriding, with_manager):
    go(make.__name__, vm.WithHandler(answer, make()))
