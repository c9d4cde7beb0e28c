"""What `run` says to something that is not a program."""

from _kit import attempt
from doeff import Pure, do, run


@do
def main():
    return 1


@do
def main_of(x):
    return x


def generator():
    yield Pure(1)


class Thing:
    @do
    def method(self):
        return 1


for value in (1, None, "text", main, main_of, generator, generator(), Thing().method, Pure):
    attempt(type(value).__name__, lambda value=value: run(value))
attempt("nothing", run)
attempt("one more", lambda: run(main(), 1))
attempt("two more", lambda: run(main(), 1, 2))
attempt("keywords", lambda: run(main(), env={}, handlers=[]))
attempt("both", lambda: run(main(), 1, env={}))
