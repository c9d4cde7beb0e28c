"""Errors keep their identity, notes, cause and attributes through handlers."""

from _kit import describe
from doeff import Ask, Pass, Resume, ResumeThrow, do, handler, run

original = ValueError("original")
original.add_note("a note")
original.extra = 17


@handler
def throwing(effect: Ask, k):
    return (yield ResumeThrow(k, original))


@handler
def passing(effect, k):
    return (yield Pass(effect, k))


@handler
def translating(effect: Ask, k):
    try:
        return (yield Resume(k, 1))
    except ValueError as error:
        raise KeyError("translated") from error


@do
def body():
    yield Ask("k")


@do
def raising():
    yield Ask("k")
    raise original


try:
    run(throwing(passing(body())))
except ValueError as error:
    print(error is original, describe(error), error.extra)
try:
    run(translating(raising()))
except KeyError as error:
    print(describe(error), error.__cause__ is original)
except ValueError as error:
    print("not translated", describe(error))
