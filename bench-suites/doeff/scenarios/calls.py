"""Calls of programs: that yield nothing, that call another one, that nest, that raise.

`PYTHON` has the same as plain functions.
"""

from doeff import do, run

DEEP = 200


@do
def add(x, y):
    """Yields nothing."""
    return x + y


@do
def increment(x):
    """Calls another program."""
    return (yield add(x, 1))


@do
def descend(n):
    """Calls itself."""
    if n == 0:
        return 0
    return 1 + (yield descend(n - 1))


@do
def fail():
    """Raises."""
    raise ValueError("expected")
    yield


@do
def plain_calls(n):
    """Call a program that yields nothing."""
    total = 0
    for i in range(n):
        total += yield add(i, 1)
    return total


@do
def nested_calls(n):
    """Call a program that calls another one."""
    x = 0
    for _ in range(n):
        x = yield increment(x)
    return x


@do
def failing_calls(n):
    """Catch what a called program raises."""
    caught = 0
    for _ in range(n):
        try:
            yield fail()
        except ValueError:
            caught += 1
    return caught


def in_runs(descending):
    """The scenario of calls nested DEEP, in as many runs as that takes."""

    def scenario(n):
        full, rest = divmod(n, DEEP)
        return sum(descending(DEEP) for _ in range(full)) + descending(rest)

    return scenario


def add_alone(x, y):
    """The code of `add`."""
    return x + y


def increment_alone(x):
    """The code of `increment`."""
    return add_alone(x, 1)


def descend_alone(n):
    """The code of `descend`."""
    if n == 0:
        return 0
    return 1 + descend_alone(n - 1)


def fail_alone():
    """The code of `fail`."""
    raise ValueError("expected")


def plain_calls_alone(n):
    """The code of `plain_calls`."""
    total = 0
    for i in range(n):
        total += add_alone(i, 1)
    return total


def nested_calls_alone(n):
    """The code of `nested_calls`."""
    x = 0
    for _ in range(n):
        x = increment_alone(x)
    return x


def failing_calls_alone(n):
    """The code of `failing_calls`."""
    caught = 0
    for _ in range(n):
        try:
            fail_alone()
        except ValueError:
            caught += 1
    return caught


WHOLE = {
    "plain": lambda n: run(plain_calls(n)),
    "nested": lambda n: run(nested_calls(n)),
    "deep": in_runs(lambda depth: run(descend(depth))),
    "raising": lambda n: run(failing_calls(n)),
}

PYTHON = {
    "plain": plain_calls_alone,
    "nested": nested_calls_alone,
    "deep": in_runs(descend_alone),
    "raising": failing_calls_alone,
}


def handlers(**_):
    """None."""
    return []


def drive(run, size, scenario, whole):
    """The answer of a scenario, or of its Python alone."""
    return (WHOLE if whole else PYTHON)[scenario](size)
