"""Base exceptions and odd ones: exit, interrupt, stop iteration, own classes."""

from _kit import describe, show
from doeff import Pure, do


class Own(BaseException):
    pass


@do
def raising(error):
    yield Pure(1)
    raise error


@do
def guarded(error):
    try:
        yield raising(error)
    except BaseException as caught:
        return f"caught {describe(caught)}"
    finally:
        print("finally")


@do
def by_exception(error):
    try:
        yield raising(error)
    except Exception as caught:
        return f"caught {describe(caught)}"


for error in (
    KeyboardInterrupt("k"),
    SystemExit(3),
    GeneratorExit("g"),
    StopIteration("s"),
    StopAsyncIteration("a"),
    Own("o"),
    RecursionError("r"),
):
    show("raw", raising(error))
    show("guarded", guarded(error))
    show("by Exception", by_exception(error))
