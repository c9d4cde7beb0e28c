"""parsing_dollars: a parser that reads characters and counts the dollars of each line.

From the effect-handlers community's benchmark suite: three handlers at once. The innermost one
feeds the parser, a character for each effect, and at the end of the input performs an effect
itself, whose handler leaves parser and feeder behind; the outermost one sums what the parser emits
for each line. They are typed, so that an effect passes over those that it does not mean.
"""

from effects import EffectBase, Resume, WithHandler, do

OPERATION = "character"
SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)

# Each line is this long, its end included.
LINE = 10


class Read(EffectBase):
    """Answered with a character."""

    __slots__ = ()


class Emit(EffectBase):
    """Answered with None."""

    __slots__ = ("dollars",)

    def __init__(self, dollars):
        self.dollars = dollars


class Stop(EffectBase):
    """Never answered."""

    __slots__ = ()


READ = Read()
STOP = Stop()


def max_size(engine):
    """More characters take the interpreter too long."""
    return 10_000 if engine == "cesk" else None


def operations(size):
    """The size counts the characters."""
    return size


def character(position):
    """Dollars and the ends of lines."""
    return "\n" if position % LINE == LINE - 1 else "$"


@do
def parse():
    """Emit the number of dollars of each line."""
    dollars = 0
    while True:
        read = yield READ
        if read == "$":
            dollars += 1
        elif read == "\n":
            yield Emit(dollars)
            dollars = 0
        else:
            yield STOP


def stop(effect, k):
    """Drop the continuation."""
    return None
    yield  # What makes it a generator function.


@do
def body(size):
    """Sum the dollars of all lines."""
    total = 0
    position = 0

    def feed(effect, k):
        nonlocal position
        if position == size:
            return (yield STOP)
        position += 1
        return (yield Resume(k, character(position - 1)))

    def add(effect, k):
        nonlocal total
        total += effect.dollars
        return (yield Resume(k, None))

    fed = WithHandler(feed, parse(), Read)
    yield WithHandler(add, WithHandler(stop, fed, Stop), Emit)
    return total


def handlers():
    """The body installs them."""
    return []


class Stopped(Exception):
    """What leaves functions at once."""


def plain_parse(read, emit):
    """As a function that calls others."""
    dollars = 0
    while True:
        found = read()
        if found == "$":
            dollars += 1
        elif found == "\n":
            emit(Emit(dollars))
            dollars = 0
        else:
            raise Stopped


def plain(size):
    """Call functions, and leave by an exception."""
    total = 0
    position = 0

    def read():
        nonlocal position
        if position == size:
            raise Stopped
        position += 1
        return character(position - 1)

    def emit(effect):
        nonlocal total
        total += effect.dollars

    try:
        plain_parse(read, emit)
    except Stopped:
        return total


def expected(size):
    """All but one character of each whole line."""
    return (LINE - 1) * (size // LINE)
