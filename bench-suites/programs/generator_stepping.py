"""generator_stepping: programs that call programs, with a yield in each, and no effect at all.

Abstraction in programs is calling other programs, so this is how fast generators can be started,
stepped and finished on the machine's own stack. Of ten calls nine are of a leaf, which yields once
inside, and one is of a block that calls these nine.
"""

from effects import Pure, do

OPERATION = "program call"
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (100, 1_000, 10_000)
PARAMS = ({},)

LEAVES = 9


def max_size(engine):
    """A million calls take a machine in Python too long."""
    return 100_000 if engine in ("cesk", "pure") else None


def operations(size):
    """The size counts the calls of blocks and leaves."""
    return size


@do
def leaf(number):
    """Yield once, and add one."""
    result = yield Pure(number)
    return result + 1


@do
def block(number):
    """Sum the results of nine leaves."""
    total = 0
    for index in range(LEAVES):
        total += yield leaf(number + index)
    return total


@do
def body(size):
    """Sum the results of a tenth as many blocks."""
    total = 0
    for number in range(size // (LEAVES + 1)):
        total += yield block(number)
    return total


def handlers():
    """None is needed."""
    return []


def plain_leaf(number):
    """The leaf as a plain function."""
    return number + 1


def plain_block(number):
    """The block as a plain function."""
    total = 0
    for index in range(LEAVES):
        total += plain_leaf(number + index)
    return total


def plain(size):
    """Call functions instead of programs."""
    total = 0
    for number in range(size // (LEAVES + 1)):
        total += plain_block(number)
    return total


def expected(size):
    """The sum of number + index + 1 over all blocks and leaves."""
    blocks = size // (LEAVES + 1)
    numbers = blocks * (blocks - 1) // 2
    indices = LEAVES * (LEAVES - 1) // 2
    return LEAVES * numbers + blocks * indices + blocks * LEAVES
