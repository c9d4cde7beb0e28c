"""Exceptions cross nested programs as in plain Python: finally, else, from, groups."""

from _kit import show
from doeff import Ask, Pure, do
from doeff_core_effects.handlers import reader


@do
def failing(n):
    yield Pure(n)
    raise ValueError(n)


@do
def layered():
    log = []
    try:
        try:
            yield failing(1)
        except KeyError:
            log.append("wrong")
        else:
            log.append("else")
        finally:
            log.append((yield Ask("finally")))
    except ValueError as error:
        log.append(f"caught {error}")
    try:
        yield Pure(1)
    except ValueError:
        log.append("wrong")
    else:
        log.append("else")
    return log


@do
def chained():
    try:
        yield failing(2)
    except ValueError as error:
        raise KeyError("outer") from error


@do
def grouped():
    try:
        raise ExceptionGroup("group", [ValueError(1), KeyError(2)])
    except* ValueError as group:
        log = len(group.exceptions)
        yield Pure(log)


show("layered", reader(env={"finally": "f"})(layered()))
error = show("chained", chained())
print(type(error.__cause__).__name__, error.__suppress_context__)
show("grouped", grouped())
show("stop iteration", do(lambda: (yield Pure(next(iter([])))))())
