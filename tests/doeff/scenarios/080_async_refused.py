"""`@do` refuses async functions."""

import functools

from _kit import attempt
from doeff import do


async def plain():
    return 1


async def with_arguments(a, b=1, *rest, **named):
    return a


async def generator():
    yield 1


class Thing:
    async def method(self):
        return 1


attempt("plain", lambda: do(plain))
attempt("arguments", lambda: do(with_arguments))
attempt("generator", lambda: do(generator))
attempt("method", lambda: do(Thing().method))
attempt("partial", lambda: do(functools.partial(with_arguments, 1)))
