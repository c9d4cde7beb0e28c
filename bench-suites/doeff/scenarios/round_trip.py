"""Round trips: a loop performs effects, and a handler answers each with its number plus one.

`PYTHON` has the loops without a machine. They make the same effects and call the clauses' code as
plain functions, the cheapest way there is; generators, nodes and continuations are the machine's.
"""

from dataclasses import dataclass

from doeff import EffectBase, Pass, Resume, Transfer, do, handler, run

# What waits at once for its effect's answer where no resume is the last thing that its clause does.
WAITING = 100


@dataclass(frozen=True)
class Number(EffectBase):
    """Answered with its number plus one."""

    n: int = 1


@dataclass(frozen=True)
class Other(EffectBase):
    """Nobody performs it."""


ONE = Number(1)


@handler
def answering(effect: Number, k):
    """Resume, and do nothing after."""
    return (yield Resume(k, effect.n + 1))


@handler
def testing(effect, k):
    """Look at the class itself, for want of an annotation."""
    if isinstance(effect, Number):
        return (yield Resume(k, effect.n + 1))
    yield Pass(effect, k)


@handler
def transferring(effect: Number, k):
    """Transfer in place of resuming."""
    yield Transfer(k, effect.n + 1)


@handler
def passing(effect, k):
    """Pass everything."""
    yield Pass(effect, k)


@handler
def accepting_another(effect: Other, k):
    """Never asked."""
    return (yield Resume(k, None))


@handler
@do(non_tail=True)
def counting(effect: Number, k):
    """Add one to what the rest of the program gives."""
    rest = yield Resume(k, effect.n + 1)
    return rest + 1


@do
def same_objects(n):
    """Perform one object n times."""
    total = 0
    for _ in range(n):
        total += yield ONE
    return total


@do
def new_objects(n):
    """Perform n objects, each once."""
    total = 0
    for i in range(n):
        total += yield Number(i)
    return total


def under(enclose, program):
    """The scenario that runs a program of n effects under a handler."""
    return lambda n: run(enclose(program(n)))


def through(count, layer):
    """The scenario with so many handlers between the program and the one that answers."""

    def scenario(n):
        program = same_objects(n)
        for _ in range(count):
            program = layer(program)
        return run(answering(program))

    return scenario


def in_runs(n):
    """Non-tail resumes, in runs of WAITING effects."""
    full, rest = divmod(n, WAITING)
    program = counting(same_objects(WAITING))
    return sum(run(program) for _ in range(full)) + run(counting(same_objects(rest)))


def one_a_run(n):
    """A handler installed around one effect, each in a run of its own."""
    return sum(run(answering(ONE)) for _ in range(n))


def clause(effect):
    """The code of a clause that answers."""
    return effect.n + 1


def testing_clause(effect):
    """The code of a clause that looks at the class."""
    if isinstance(effect, Number):
        return effect.n + 1
    return None


def passing_clause(effect):
    """The code of a clause that passes."""
    return effect


def plain_same(code):
    """One object and so many calls of a clause's code."""

    def scenario(n):
        total = 0
        for _ in range(n):
            total += code(ONE)
        return total

    return scenario


def plain_new(n):
    """New objects."""
    total = 0
    for i in range(n):
        total += clause(Number(i))
    return total


def plain_through(count):
    """Clauses that pass, and the one that answers."""

    def scenario(n):
        total = 0
        layers = range(count)
        for _ in range(n):
            for _ in layers:
                passing_clause(ONE)
            total += clause(ONE)
        return total

    return scenario


def plain_counting(n):
    """Clauses that add one afterwards."""
    total = rest = 0
    for _ in range(n):
        total += clause(ONE)
        rest += 1
    return total + rest


WHOLE = {
    "same_object": under(answering, same_objects),
    "untyped": under(testing, same_objects),
    "transfer": under(transferring, same_objects),
    "new_object": under(answering, new_objects),
    "non_tail": in_runs,
    "pass_1": through(1, passing),
    "pass_5": through(5, passing),
    "pass_20": through(20, passing),
    "typed_5": through(5, accepting_another),
    "typed_20": through(20, accepting_another),
    "install": one_a_run,
}

PYTHON = {
    "same_object": plain_same(clause),
    "untyped": plain_same(testing_clause),
    "transfer": plain_same(clause),
    "new_object": plain_new,
    "non_tail": plain_counting,
    "pass_1": plain_through(1),
    "pass_5": plain_through(5),
    "pass_20": plain_through(20),
    "typed_5": plain_same(clause),
    "typed_20": plain_same(clause),
}


def handlers(**_):
    """None: scenarios install their own."""
    return []


def drive(run, size, scenario, whole):
    """The answer of a scenario, or of its Python alone."""
    return (WHOLE if whole else PYTHON)[scenario](size)
