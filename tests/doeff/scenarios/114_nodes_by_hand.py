"""Program trees built by hand from the nodes."""

from _kit import attempt, clean, show
from doeff import Apply, Ask, Expand, Pass, Perform, Pure, Resume, do, program
from doeff_core_effects.handlers import reader
from doeff_vm import Callable, IRStream, WithHandler


@do
def answering(effect, k):
    if isinstance(effect, Ask):
        return (yield Resume(k, effect.key * 2))
    yield Pass(effect, k)


def generator(x):
    first = yield Ask(x)
    return first + 1


def stream(x):
    return IRStream(generator(x))


show("pure", Pure(3))
show("perform", WithHandler(answering, Perform(Ask(21))))
show("effect as a body", WithHandler(answering, Ask(4)))
show("apply", Apply(Pure(Callable(lambda a, b: a + b)), [Pure(1), Pure(2)]))
show("apply of an effect", WithHandler(answering, Apply(Pure(Callable(abs)), [Perform(Ask(-2))])))
show("expand", WithHandler(answering, Expand(Apply(Pure(Callable(stream)), [Pure(5)]))))
show("program", WithHandler(answering, program(generator, 6)))
show("expand a stream", WithHandler(answering, Expand(Pure(IRStream(generator(7))))))
show("expand a value", Expand(Pure(3)))
show("apply a plain function", Apply(Pure(abs), [Pure(-1)]))
show("apply raises", Apply(Pure(Callable(int)), [Pure("x")]))
for node in (Pure(1), Perform(Ask(1)), Expand(Pure(1)), reader()(Pure(1))):
    print(clean(repr(node)))
attempt("perform of no effect", lambda: Perform(3))
attempt("k", lambda: Resume(1, 2))
