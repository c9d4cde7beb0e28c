"""Control nodes yielded where there is no continuation, or with wrong operands."""

from _kit import attempt, show
from doeff import Ask, Pass, Resume, ResumeThrow, Transfer, TransferThrow, do, handler


@do
def body():
    return (yield Ask("x"))


def yielding(make):
    @handler
    def odd(effect: Ask, k):
        return (yield make(k))

    return odd


for make in (Resume, Transfer, ResumeThrow, TransferThrow):
    attempt(f"{make.__name__} of a number", lambda make=make: make(3, 4))
attempt("Pass of a number", lambda: Pass(Ask("x"), 3))
for thrown in (ValueError, 3, "text", None, ValueError("instance"), KeyboardInterrupt()):
    show(f"throw {thrown!r}", yielding(lambda k, thrown=thrown: ResumeThrow(k, thrown))(body()))
    show(
        f"transfer {thrown!r}", yielding(lambda k, thrown=thrown: TransferThrow(k, thrown))(body())
    )
