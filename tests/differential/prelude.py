# ruff: noqa: F403, F405, I001
# The head of every generated program. `effects` is the engine that runs it.
from effects import *
import re
import sys

log = []  # what the program saw and did, in order
kept = []  # continuations that clauses stored
created = []  # continuations that were not started
budget = {"starts": 0, "turns": 0, "runs": 0}


class Boom(Exception):
    """What programs raise."""


class Tired(Exception):
    """Enough programs and clauses were started."""


class OutOfFuel(BaseException):
    """So many were started that there may be no end."""


class Int(int):
    """An int that must not be mistaken for one."""

    def __repr__(self):
        return f"Int({int(self)})"


class A(EffectBase):
    def __init__(self, value=None):
        self.value = value

    def __repr__(self):
        return f"{type(self).__name__}({show(self.value)})"


class B(A):
    pass


class C(EffectBase):
    __init__ = A.__init__
    __repr__ = A.__repr__


class D(EffectBase):
    __slots__ = ("value",)
    __init__ = A.__init__
    __repr__ = A.__repr__


def clean(text):
    """A text without what tells the engines apart."""
    return re.sub(r" at 0x[0-9a-f]*|\b(doeff_vm|cesk_v3|pure_machine)[\w.]*\.(?=\w)", "", text)


def show(value):
    """A text of the value."""
    return clean(value if type(value) is str else repr(value))[:200]


def brief(value):
    """The value, or the head of its text: values must not grow."""
    return value if value is None or isinstance(value, int) else show(value)[:30]


def note(value):
    """Log a value."""
    log.append(show(value))
    return brief(value)


def starts(name, value):
    """Log the start of a program or a clause."""
    budget["starts"] += 1
    if budget["starts"] > 200:
        raise Tired if budget["starts"] < 300 else OutOfFuel
    log.append(f"{name} starts: {show(value)}")
    return brief(value)


def ends(name, value):
    """Log the end of a program or a clause."""
    log.append(f"{name} ends: {show(value)}")
    return f"{name}<{brief(value)}>"[:30]


def rounds(n):
    """Up to n rounds; one when enough was started."""
    for i in range(n):
        if i and budget["starts"] > 100:
            break
        yield i


def keep(continuations, k):
    """Store a continuation. Only a few: which end first in a long chain of them is not fixed."""
    continuations.append(k)
    if len(continuations) > 5:
        continuations.pop(0).close()


def turn(n):
    """True every n-th time."""
    budget["turns"] += 1
    return budget["turns"] % n == 0


def bump(old):
    """For Modify: a new value that depends on the old one."""
    note(old)
    return f"+{brief(old)}"[:8]


def fail(old):
    """For Modify: an error."""
    raise Boom(brief(old))


def stop(old):
    """For Modify: an error that must not be taken for a return."""
    raise StopIteration(old)


def run_inside(program):
    """A run of its own, in a few levels: each takes native stack."""
    if budget["runs"] == 3:
        return "too many runs"
    budget["runs"] += 1
    try:
        return run(program)
    finally:
        budget["runs"] -= 1


def raw():
    """For yields of what is not a program."""
    yield Pure()


class Boxed:
    """A program that is not one of the engine's classes."""

    def __init__(self, program):
        self.program = program

    def to_generator(self):
        result = yield self.program
        return ends("Boxed", result)


@do
def plain(x):
    """A program without a generator."""
    return starts("plain", x)


def calm(effect, k):
    """A handler that answers everything."""
    return (yield Resume(k, starts("calm", effect)))


@do
def tidy(effect, k):
    """A handler that is a program."""
    r = note((yield Resume(k, starts("tidy", effect))))
    return ends("tidy", r)


@handler
def typed(effect: A | C | D, k):
    """A typed handler without a generator."""
    return Resume(k, starts("typed", effect))


state1, reader1, writer1 = state({"b": 0}), reader({"a": 1}), writer()
machine = VM()
shared = machine.stdlib({"a": 2}, {"b": 3})


def forward(effect, k):
    """Hand an effect to the handler that is made for it."""
    for kinds, known in (
        ((Get, Put, Modify), state1),
        ((Ask, Local), reader1),
        ((Tell, Listen), writer1),
    ):
        if isinstance(effect, kinds):
            return known(effect, k)
    return Pass(effect, k)


def unraisable(args):
    """Log what nobody can catch."""
    log.append(f"unraisable: {show(args.exc_value)}")


def outcome():
    """Run the program: its answer or error, what is left, the stores, the log.

    What the collector ends later is logged below "collected". Results nest as deeply as clauses do,
    and the text of one takes calls of Python functions on one engine alone.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * limit)
    try:
        return observed()
    finally:
        sys.setrecursionlimit(limit)


def observed():
    """What there is to see of a run."""
    sys.unraisablehook = unraisable
    try:
        result = ["answer", show(run_main())]
    except (Exception, OutOfFuel) as error:
        result = ["error", type(error).__name__, clean(str(error))]
        result += [f"from {show(error.__cause__)}"] if error.__cause__ else []
        result += [show(getattr(error, name)) for name in ("effect", "key") if hasattr(error, name)]
        result += map(clean, getattr(error, "__notes__", ()))
    used = [k.used for k in kept + created]
    log.append("closed")
    while kept or created:
        (kept or created).pop().close()
    log.append("collected")
    counts = [machine.stats()[name] for name in ("dispatches", "callbacks")]
    stores = state1.items(), writer1.logs(), shared.state.items(), shared.writer.logs()
    stores = show(stores)
    return {"result": result, "used": used, "counts": counts, "stores": stores, "log": log}
