"""doeff's state, reader and writer, and `Try`.

The state answers in the wheel, the others in doeff's Python. Each performance makes its effect, in
doeff's Python again, but where the name says that it is the same object each time.

`PYTHON` makes the same effects, and calls plain functions that do what doeff's clauses do: they
look at the class and the key, and the writer's at its log, which is in the state.
"""

from doeff import Ask, Get, Put, Tell, Try, do, run
from doeff.result import Some
from doeff_core_effects.handlers import reader, state, try_handler, writer

GET = Get("n")
ASK = Ask("k")
LOG = "log"
# What a `Tell` is made of.
TOLD = type(Tell(None))


@do
def get_and_put(n):
    """Gets and puts, one of each for two operations."""
    for _ in range(n // 2):
        yield Put("n", (yield Get("n")) + 1)
    return (yield Get("n"))


@do
def get_same(n):
    """One get, performed n times."""
    total = 0
    for _ in range(n):
        total += yield GET
    return total


@do
def ask_new(n):
    """A new ask each time."""
    total = 0
    for _ in range(n):
        total += yield Ask("k")
    return total


@do
def ask_same(n):
    """One ask, performed n times."""
    total = 0
    for _ in range(n):
        total += yield ASK
    return total


@do
def tell_new(n):
    """A new tell each time."""
    for i in range(n):
        yield Tell(i)
    return n


@do
def add(x, y):
    """Yields nothing."""
    return x + y


@do
def try_adding(n):
    """Programs under `Try`."""
    oks = 0
    for i in range(n):
        oks += (yield Try(add(i, 1))).is_ok()
    return oks


def get_and_put_alone(n):
    """The effects of `get_and_put`, and a dict."""
    store = {"n": 0}
    for _ in range(n // 2):
        store[Put("n", store[Get("n").key] + 1).key] += 1
    return store[Get("n").key]


def get_same_alone(n):
    """A dict's item, n times."""
    store = {"n": 2}
    total = 0
    for _ in range(n):
        total += store[GET.key]
    return total


def answer_from(env, effect):
    """What a reader's clause does."""
    if isinstance(effect, Ask) and effect.key in env:
        return env[effect.key]
    return None


def ask_new_alone(n):
    """The asks of `ask_new`, and a reader's clause."""
    env = {"k": 2}
    total = 0
    for _ in range(n):
        total += answer_from(env, Ask("k"))
    return total


def ask_same_alone(n):
    """A reader's clause, n times."""
    env = {"k": 2}
    total = 0
    for _ in range(n):
        total += answer_from(env, ASK)
    return total


def append_to(store, effect):
    """What a writer's clause does: it asks the state for its log."""
    if isinstance(effect, TOLD):
        found = store[Get(LOG).key]
        if isinstance(found, Some):
            found.value.append(effect.msg)


def tell_new_alone(n):
    """The tells of `tell_new`, and a writer's clause."""
    store = {LOG: Some([])}
    for i in range(n):
        append_to(store, Tell(i))
    return n


WHOLE = {
    "get_and_put": lambda n: run(state(initial={"n": 0})(get_and_put(n))),
    "get_same": lambda n: run(state(initial={"n": 2})(get_same(n))),
    "ask_new": lambda n: run(reader(env={"k": 2})(ask_new(n))),
    "ask_same": lambda n: run(reader(env={"k": 2})(ask_same(n))),
    "tell_new": lambda n: run(state()(writer(tell_new(n)))),
    "try": lambda n: run(try_handler(try_adding(n))),
}

PYTHON = {
    "get_and_put": get_and_put_alone,
    "get_same": get_same_alone,
    "ask_new": ask_new_alone,
    "ask_same": ask_same_alone,
    "tell_new": tell_new_alone,
}


def handlers(**_):
    """None: scenarios install their own."""
    return []


def drive(run, size, scenario, whole):
    """The answer of a scenario, or of its Python alone."""
    return (WHOLE if whole else PYTHON)[scenario](size)
