"""One-step generators: what `x = yield from node` goes through, for other code's use.

The machine's own programs and effects have native iterators.
"""

from collections.abc import Generator
from typing import Any, TypeVar

_T = TypeVar("_T")


def bind(node: _T) -> Generator[_T, Any, Any]:
    """Yield `node`, and return what is sent back."""
    return (yield node)


def returning(value: _T) -> Generator[Any, Any, _T]:
    """Return `value` without a yield."""
    return value
    yield


def driving(stream: Any) -> Generator[object, object, object]:
    """A generator that drives an object with the methods of one, which it never closes."""
    try:
        yielded = next(stream) if hasattr(stream, "__next__") else stream.send(None)
        while True:
            try:
                sent = yield yielded
            except GeneratorExit:
                raise
            except BaseException as error:
                yielded = stream.throw(error)
            else:
                yielded = stream.send(sent)
    except StopIteration as stop:
        return stop.value
