"""deep_recursion: programs that call one another to a depth, and go on when the call returns.

Recursion without an effect in it, as over a long list. Python's own limit does not count, and a
call must cost the same at any depth: the first half of a run does nothing but grow the stack, the
second nothing but shrink it. (deep_stacks performs effects on a deep stack that it builds once;
nested_once has a handler at each level.)
"""

from effects import do

OPERATION = "level"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)


def operations(size):
    """One call for each level."""
    return size


@do
def body(size):
    """Add the number of the level to the sum of those below."""
    if size == 1:
        return 1
    below = yield body(size - 1)
    return below + size


def handlers():
    """None is needed."""
    return []


def add(below, number):
    """What a level computes when the call returns."""
    return below + number


def plain(size):
    """Keep what is waiting in a list: nested calls would be too many for Python."""
    waiting = []
    while size > 1:
        waiting.append(size)
        size -= 1
    total = 1
    while waiting:
        total = add(total, waiting.pop())
    return total


def expected(size):
    """The sum of the numbers."""
    return size * (size + 1) // 2
