"""The `__context__` of an exception that is thrown into a generator which handles another one.

CPython replaces it by the handled exception and forgets what it was. A call that raises in an
`except` block appends the handled one to the chain instead; that is what is made of it as soon as
the generator has answered.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import islice

from .frames import AnyGenerator

__all__ = ["throw"]

LENGTH_LIMIT = 10_000
"""How much of a chain is looked at: a program may have made a cycle of it."""


def throw(generator: AnyGenerator, error: BaseException) -> object:
    """`generator.throw(error)`, keeping the contexts that `error` has."""
    before = error.__context__
    # The exception that it handles is one of those that it refers to.
    held = [item for item in gc.get_referents(generator) if isinstance(item, BaseException)]
    try:
        return generator.throw(error)
    finally:
        handled = error.__context__
        if before is not None and any(item is handled for item in held):
            restore(error, before, handled)


def restore(error: BaseException, before: BaseException, handled: BaseException | None) -> None:
    """Put `before` back as the context of `error`, and `handled` at the end of the chain."""
    if any(known is before for known in chain(handled)):
        return
    last = before
    for known in chain(before):
        if known is handled or known is error:
            break
        last = known
    else:
        BaseException.__setattr__(last, "__context__", handled)
    BaseException.__setattr__(error, "__context__", before)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and its contexts."""

    def contexts() -> Iterator[BaseException]:
        known = error
        while known is not None:
            yield known
            known = known.__context__

    return islice(contexts(), LENGTH_LIMIT)
