"""What `handler`, `with_handlers` and `stacked_handlers` refuse."""

import functools

from _kit import attempt
from doeff import Pass, Pure, do, handler, stacked_handlers, with_handlers


def one_argument(program):
    return program


def three(effect, k, extra):
    yield Pass(effect, k)


def generator(effect, k):
    yield Pass(effect, k)


class Callable:
    def __call__(self, effect, k):
        yield Pass(effect, k)


@do
def do_function(effect, k):
    yield Pass(effect, k)


for value in (1, None, "text", one_argument, lambda effect, k: None, Callable(), print, int):
    attempt(f"handler {value!r}", lambda value=value: handler(value).__name__)
attempt("three", lambda: handler(three).__name__)
attempt("partial of a def", lambda: handler(functools.partial(three, extra=1)).__name__)
attempt("partial of do", lambda: handler(functools.partial(do_function)).__name__)
attempt("do function", lambda: handler(do_function).__name__)
attempt("installer again", lambda: handler(handler(generator)).__name__)
for value in (1, generator, do_function, one_argument, lambda effect, k: None):
    attempt(f"with_handlers {value!r}", lambda value=value: with_handlers([value], Pure(1)))
    attempt(f"stacked_handlers {value!r}", lambda value=value: stacked_handlers(value))
