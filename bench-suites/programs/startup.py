"""startup: `run()` of a short program under four handlers, all of them new, many times.

As a server does it for each request: make a state, an environment and a log, install them with a
handler of its own, run a program that uses each once, and throw all of it away. (runs installs
nothing, and its program does nothing.)
"""

from effects import Ask, EffectBase, Get, Put, Resume, Tell, do, reader, state, writer

OPERATION = "run"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (100, 1_000)
PARAMS = ({},)

STEP = 3
OFFSET = 5


class Offset(EffectBase):
    """Answered with OFFSET by the handler of the program's own."""

    __slots__ = ()


OFFSET_EFFECT = Offset()


def operations(size):
    """The size counts the runs."""
    return size


@do
def body(number):
    """Use each handler once, and read the number from the state."""
    yield Put("number", number)
    yield Tell(number)
    step = yield Ask("step")
    offset = yield OFFSET_EFFECT
    return (yield Get("number")) * step + offset


def answer(effect, k):
    """Answer by a tail resume."""
    return (yield Resume(k, OFFSET))


def handlers():
    """The built-in ones, new, and outside them that of the program's own."""
    return [(handler, None) for handler in fresh()]


def fresh():
    """The handlers of one run, innermost first."""
    return [state({"number": 0}), reader({"step": STEP}), writer(), answer]


def drive(run, size):
    """Sum the results of all runs."""
    total = 0
    for number in range(size):
        total += run(body(number), fresh())
    return total


def reply(effect):
    """What the handler's clause computes."""
    return OFFSET


def plain_body(number, store, environment, log):
    """The program as a plain function."""
    store["number"] = number
    log.append(number)
    step = environment["step"]
    offset = reply(OFFSET_EFFECT)
    return store["number"] * step + offset


def plain(size):
    """Call a function with new dicts and a new list."""
    total = 0
    for number in range(size):
        total += plain_body(number, {"number": 0}, {"step": STEP}, [])
    return total


def expected(size):
    """By the sum of the numbers."""
    return STEP * (size * (size - 1) // 2) + OFFSET * size
