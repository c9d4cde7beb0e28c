"""`typed_resume` and `typed_transfer` are `Resume` and `Transfer`."""

from _kit import attempt, show
from doeff import Ask, Resume, Transfer, do, handler, typed_resume, typed_transfer


@handler
def resuming(effect: Ask, k):
    return (yield typed_resume(effect, k, "resumed"))


@handler
def transferring(effect: Ask, k):
    return (yield typed_transfer(effect, k, "transferred"))


@do
def body():
    return (yield Ask("x"))


show("resume", resuming(body()))
show("transfer", transferring(body()))
attempt("no k", lambda: typed_resume(Ask("x"), 3, 4))
print(Resume.__name__, Transfer.__name__)
