"""An error raised in a handler is raised outside of what it handles."""

from _kit import show
from doeff import Ask, Resume, do, handler


@do
def body():
    try:
        return (yield Ask("x"))
    except RuntimeError as error:
        return f"inner caught {error}"
    finally:
        print("finally of body")


@handler
def before(effect: Ask, k):
    raise RuntimeError("before resuming")
    yield


@handler
def after(effect: Ask, k):
    answer = yield Resume(k, 1)
    raise RuntimeError(f"after {answer}")


@do
def guard(program):
    try:
        return (yield program)
    except RuntimeError as error:
        return f"outer caught {error}"


show("before", before(body()))
show("after", after(body()))
show("guarded before", guard(before(body())))
show("guarded after", guard(after(body())))
