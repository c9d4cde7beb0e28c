"""Any value resumes a program, programs and effects included: they are not run."""

from _kit import show
from doeff import Ask, Pure, Resume, Transfer, do, handler


@do
def body():
    value = yield Ask("x")
    return type(value).__name__


def answering(node, value):
    @handler
    def answer(effect: Ask, k):
        return (yield node(k, value))

    return answer


for value in (None, 0, "text", Pure(1), Ask("y"), ValueError("v"), int, [1], body()):
    for node in (Resume, Transfer):
        show(f"{node.__name__} {type(value).__name__}", answering(node, value)(body()))
