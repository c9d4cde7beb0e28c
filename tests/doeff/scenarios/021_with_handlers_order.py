"""`with_handlers` and `stacked_handlers`: the first handler is the outermost."""

from _kit import show
from doeff import Ask, Pure, Resume, do, handler, stacked_handlers, with_handlers


def answering(name):
    @handler
    def answer(effect: Ask, k):
        print(name, "answers")
        return (yield Resume(k, name))

    return answer


@do
def body():
    return (yield Ask("k"))


show("list", with_handlers([answering("a"), answering("b")], body()))
show("stacked", stacked_handlers(answering("a"), answering("b"))(body()))
show("nested stacks", stacked_handlers(stacked_handlers(answering("a")), answering("b"))(body()))
show("empty", with_handlers([], Pure(1)))
show("empty stack", stacked_handlers()(Pure(2)))
show("generator", with_handlers((answering(n) for n in "xyz"), body()))
