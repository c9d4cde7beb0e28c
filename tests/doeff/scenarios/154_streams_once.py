"""A stream made of a generator runs once; a generator that runs itself is an error."""

from _kit import attempt, clean, show
from doeff import Expand, Pure, do
from doeff_vm import IRStream


def generator():
    first = yield Pure(1)
    return first + 1


stream = IRStream(generator())
program = Expand(Pure(stream))
show("first", program)
show("second", program)
started = generator()
next(started)
show("started", Expand(Pure(IRStream(started))))
print(clean(repr(IRStream(generator()))))
attempt("no generator", lambda: type(IRStream(3)).__name__)
attempt("iterator", lambda: type(IRStream(iter([Pure(1)]))).__name__)
show("run an iterator", Expand(Pure(IRStream(iter([Pure(1), Pure(2)])))))


class Own:
    def __init__(self):
        self.sent = []

    def __iter__(self):
        return self

    def __next__(self):
        return self.send(None)

    def send(self, value):
        self.sent.append(value)
        if len(self.sent) > 1:
            raise StopIteration(self.sent)
        return Pure("from own")


show("own", Expand(Pure(IRStream(Own()))))
show("in a program", do(lambda: (yield Expand(Pure(IRStream(generator())))))())
