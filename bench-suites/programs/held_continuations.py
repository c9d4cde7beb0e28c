"""held_continuations: continuations that are all held at the same time, and then all resumed.

As a scheduler holds its waiting tasks. Each task performs one effect under a handler whose clause
gives its continuation away and ends; when all tasks wait, they are resumed in the order in which
they came. Cost per task must stay the same however many wait, apart from what Python's garbage
collector adds by looking through them, which the floor pays too.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "continuation"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)

REPLY = 3


class Wait(EffectBase):
    """Answered with REPLY when all tasks wait."""

    __slots__ = ()


WAIT = Wait()


def max_size(engine):
    """More tasks take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """One continuation for each task."""
    return size


@do
def task(number):
    """Wait once."""
    reply = yield WAIT
    return number + reply


def hold(effect, k):
    """Give the continuation away."""
    return k
    yield  # What makes it a generator function.


@do
def body(size):
    """Start all tasks, resume all, and sum their results."""
    waiting = []
    for number in range(size):
        waiting.append((yield WithHandler(hold, task(number))))
    total = 0
    for k in waiting:
        total += yield Resume(k, REPLY)
    return total


def handlers():
    """The body installs them."""
    return []


def plain_task(number):
    """As a generator of Python."""
    reply = yield WAIT
    return number + reply


def plain(size):
    """Start generators, and resume all."""
    waiting = []
    for number in range(size):
        generator = plain_task(number)
        next(generator)
        waiting.append(generator)
    total = 0
    for generator in waiting:
        try:
            generator.send(REPLY)
        except StopIteration as stop:
            total += stop.value
    return total


def expected(size):
    """The numbers, and a reply for each."""
    return size * (size - 1) // 2 + REPLY * size
