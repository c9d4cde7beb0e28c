"""Annotations no effect can match are refused where the handler is made."""

from _kit import attempt
from doeff import handler


class Words(str):
    __slots__ = ()


def made(annotation):
    def odd(effect, k):
        yield

    odd.__annotations__["effect"] = annotation
    return handler(odd)


for annotation in (str, int, bool, None, dict, Exception, Words, "str", int | str, list[int]):
    attempt(repr(annotation), lambda annotation=annotation: made(annotation).__name__)
