"""When the generator of a handler that passed, transferred or resumed in tail position ends."""

from _kit import show
from doeff import Ask, Pass, Resume, Transfer, do, handler


def ending(node, tail):
    def body(effect, k):
        try:
            if tail:
                return (yield node(effect, k))
            answer = yield node(effect, k)
            print("goes on with", answer)
            return answer
        except GeneratorExit:
            print("closed")
            raise
        finally:
            print("finally")

    return handler(do(non_tail=True)(body))


@handler
def answering(effect: Ask, k):
    return (yield Resume(k, effect.key))


@do
def body():
    first = yield Ask("a")
    print("body has", first)
    return first + (yield Ask("b"))


NODES = {
    "pass": Pass,
    "transfer": lambda effect, k: Transfer(k, "t"),
    "resume": lambda effect, k: Resume(k, "r"),
}
for name, node in NODES.items():
    for tail in (False, True):
        show(f"{name} {tail}", answering(ending(node, tail)(body())))
