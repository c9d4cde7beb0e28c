"""builtin_effects: a loop of effects that the built-in handlers answer.

State, environment and log are what programs use most, and a machine can answer for them without
calling Python and without making a continuation. Of `put_get` a pair is one operation. Each run has
handlers of its own, so that no log grows from one run to the next.
"""

from effects import Ask, Get, Modify, Put, Tell, do, reader, state, writer

OPERATION = "step"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (1_000,)
EFFECTS = ("ask", "get", "put", "put_get", "tell", "modify")
PARAMS = tuple({"effect": effect} for effect in EFFECTS)

REPLY = 3


def operations(size, effect):
    """One step of the loop; it performs one effect, or one Put and one Get."""
    return size


def increment(number):
    """What Modify does."""
    return number + 1


@do
def ask(size):
    """Sum the replies."""
    total = 0
    for _ in range(size):
        total += yield Ask("reply")
    return total


@do
def get(size):
    """Sum what is stored."""
    total = 0
    for _ in range(size):
        total += yield Get("number")
    return total


@do
def put(size):
    """Store the numbers, and read the last one."""
    for number in range(size):
        yield Put("number", number)
    return (yield Get("number"))


@do
def put_get(size):
    """Store the numbers, and read each one."""
    for number in range(size):
        yield Put("number", number)
        stored = yield Get("number")
    return stored


@do
def tell(size):
    """Log the numbers."""
    for number in range(size):
        yield Tell(number)
    return size


@do
def modify(size):
    """Count, and read the count."""
    for _ in range(size):
        yield Modify("number", increment)
    return (yield Get("number"))


BODIES = {
    "ask": ask,
    "get": get,
    "put": put,
    "put_get": put_get,
    "tell": tell,
    "modify": modify,
}


def body(size, effect):
    """The loop of one effect."""
    return BODIES[effect](size)


def handlers(effect):
    """The built-in handler of the effect, new."""
    if effect == "ask":
        handler = reader({"reply": REPLY})
    elif effect == "tell":
        handler = writer()
    else:
        handler = state({"number": REPLY})
    return [(handler, None)]


def drive(run, size, effect):
    """Run the body under new handlers."""
    return run(body(size, effect), [handler for handler, _ in handlers(effect)])


def plain(size, effect):
    """Use a dict or a list."""
    store, log, total = {"number": REPLY, "reply": REPLY}, [], 0
    for number in range(size):
        if effect in ("ask", "get"):
            total += store["reply"]
        elif effect == "put":
            total = store["number"] = number
        elif effect == "put_get":
            store["number"] = number
            total = store["number"]
        elif effect == "tell":
            log.append(number)
            total += 1
        else:
            total = store["number"] = increment(store["number"])
    return total


def expected(size, effect):
    """By the arithmetic of each loop."""
    return {
        "ask": REPLY * size,
        "get": REPLY * size,
        "put": size - 1,
        "put_get": size - 1,
        "tell": size,
        "modify": REPLY + size,
    }[effect]
