"""What a passer gets from `Pass`, and what its own value becomes."""

from _kit import show
from doeff import Ask, Pass, Resume, Transfer, do, handler


def answering(node):
    @handler
    def answer(effect: Ask, k):
        value = yield node(k, effect.key)
        return ("answer", value)

    return answer


@handler
def wrapping(effect, k):
    value = yield Pass(effect, k)
    print("pass gave", value)
    return ("wrapped", value)


@handler
def replacing(effect: Ask, k):
    yield Pass(Ask(effect.key + "!"), k)


@handler
def pass_twice(effect, k):
    yield Pass(effect, k)
    yield Pass(effect, k)


@do
def body():
    return (yield Ask("a")), (yield Ask("b"))


for node in (Resume, Transfer):
    show(f"wrapping {node.__name__}", answering(node)(wrapping(body())))
    show(f"replacing {node.__name__}", answering(node)(replacing(body())))
show("pass twice", answering(Resume)(pass_twice(body())))
show("pass a value", handler(do(lambda effect, k: (yield Pass(3, k))))(body()))
show("pass without k", handler(do(lambda effect, k: (yield Pass(effect, None))))(body()))
