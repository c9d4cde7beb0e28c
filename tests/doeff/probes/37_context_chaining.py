"""__cause__, __context__ and notes along bodies and clauses."""

from _kit import Ask, do, failure, go, say, vm


@do
def ask():
    return (yield Ask("a"))


@do
def throw_in_except(effect, k):
    try:
        raise KeyError("inner")
    except KeyError:
        return (yield vm.ResumeThrow(k, ValueError("outer")))


@do
def raise_in_except(effect, k):
    try:
        raise KeyError("inner")
    except KeyError:
        raise ValueError("outer")  # noqa: B904


@do
def raise_from(effect, k):
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise ValueError("outer") from error


@do
def raise_from_none(effect, k):
    try:
        raise KeyError("inner")
    except KeyError:
        raise ValueError("outer") from None


@do
def body_in_except():
    try:
        raise TypeError("body")
    except TypeError:
        return (yield Ask("in except"))


@do
def noting(program):
    try:
        return (yield program)
    except Exception as error:
        error.add_note("noted")
        raise


@do
def fail():
    raise ValueError("fail")
    yield


@do
def after_caught(program):
    try:
        yield program
    except ValueError as error:
        say("  caught", failure(error))
    raise KeyError("later")


@do
def in_handler_of(program):
    try:
        yield program
    except ValueError:
        yield fail_again()


@do
def fail_again():
    raise LookupError("again")
    yield


for clause in (throw_in_except, raise_in_except, raise_from, raise_from_none):
    go(clause.__name__, vm.WithHandler(clause, ask()))
    go(f"{clause.__name__}, body in except", vm.WithHandler(clause, body_in_except()))
go("notes", noting(noting(fail())))
go("after a caught one", after_caught(fail()))
go("while handling", in_handler_of(fail()))
go("unhandled while handling", body_in_except())
