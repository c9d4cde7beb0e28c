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
