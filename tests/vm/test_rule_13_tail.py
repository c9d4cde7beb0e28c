"""Rules 3 and 13 where only the VM owes them: tail resumes cost no memory and leave no trace."""

from __future__ import annotations

import textwrap
import traceback
import weakref

import pytest
from doeff_vm import EffectBase, Pass, Resume, Transfer, WithHandler, do, run


class Ask(EffectBase):
    def __init__(self, value=None):
        self.value = value


class Guard:
    """Something whose end can be seen."""


HANDLERS = {
    "generator": """
        def handler(effect, k):
            return (yield Resume(k, effect.value))
    """,
    "yield from": """
        def handler(effect, k):
            return (yield from Resume(k, effect.value))
    """,
    "program": """
        @do
        def handler(effect, k):
            return (yield Resume(k, effect.value))
    """,
    "plain": """
        def handler(effect, k):
            return Resume(k, effect.value)
    """,
    "conditional": """
        def handler(effect, k):
            if effect.value:
                return (yield Resume(k, effect.value))
            else:
                return (yield Resume(k, 0))
    """,
    "after a pure": """
        def handler(effect, k):
            value = yield Pure(effect.value)
            return (yield Resume(k, value))
    """,
    "transfer": """
        def handler(effect, k):
            yield Transfer(k, effect.value)
    """,
    "returned transfer": """
        def handler(effect, k):
            return Transfer(k, effect.value)
    """,
    "transfer from a program": """
        @do
        def helper(k, value):
            yield Transfer(k, value)

        def handler(effect, k):
            yield helper(k, effect.value)
    """,
}

CONSTANT_MEMORY = """
@do
def body(count):
    total = 0
    for n in range(count):
        total += yield Ask(n & 1)
    return total

def measure(program):
    assert run(program(10_000)) == 5_000
    gc.collect()
    before = peak()
    assert run(program(N)) == N // 2
    grown = peak() - before
    assert grown < 4 * 2**20, f"{grown / 2**20:.1f} MiB more for {N} effects"
"""


@pytest.mark.parametrize("name", HANDLERS)
def test_rule_13_a_million_effects_in_constant_memory(isolated, name):
    isolated(
        textwrap.dedent(HANDLERS[name])
        + CONSTANT_MEMORY
        + "\nmeasure(lambda count: WithHandler(handler, body(count)))\n"
    )


def test_rule_13_constant_memory_through_passing_handlers(isolated):
    isolated(
        CONSTANT_MEMORY
        + """
def passing(effect, k):
    yield Pass()

def returned(effect, k):
    return Pass()

def handler(effect, k):
    return (yield Resume(k, effect.value))

def inner(count):
    return WithHandler(passing, WithHandler(returned, body(count)))

measure(lambda count: WithHandler(handler, inner(count)))
"""
    )


def test_rule_13_constant_memory_of_two_handlers_in_turns(isolated):
    isolated(
        CONSTANT_MEMORY
        + """
class Tell(EffectBase):
    pass

@do
def both(count):
    total = 0
    for n in range(count):
        total += yield Ask(n & 1)
        yield Tell()
    return total

def handler(effect, k):
    return (yield Resume(k, getattr(effect, "value", None)))

measure(lambda count: WithHandler(handler, WithHandler(handler, both(count), effects=Ask)))
measure(lambda count: WithHandler(handler, WithHandler(handler, both(count), effects=Tell)))
"""
    )


def test_rule_13_constant_memory_of_abandoning_handlers(isolated):
    isolated(
        CONSTANT_MEMORY
        + """
def abandoning(effect, k):
    return effect.value
    yield

@do
def one(n):
    return (yield Ask(n & 1)) + 1

@do
def loop(count):
    total = 0
    for n in range(count):
        total += yield WithHandler(abandoning, one(n))
    return total

measure(loop)
"""
    )


def test_rule_13_constant_memory_of_failing_operations(isolated):
    isolated(
        CONSTANT_MEMORY
        + """
N = 200_000

def failing(effect, k):
    raise KeyError(effect.value)
    yield

@do
def loop(count):
    total = 0
    for n in range(count):
        try:
            yield Ask(n & 1)
        except KeyError as error:
            total += error.args[0]
    return total

measure(lambda count: WithHandler(failing, loop(count)))
"""
    )


def test_rule_13_tasks_that_take_turns_in_constant_memory(isolated):
    isolated(
        CONSTANT_MEMORY
        + """
def pair(count):
    waiting = []

    def scheduler(effect, k):
        waiting.append(k)
        yield Transfer(waiting.pop(0), effect.value)

    def storing(effect, k):
        waiting.append(k)
        return None
        yield

    @do
    def other():
        yield Ask()
        return (yield WithHandler(scheduler, endless()))

    @do
    def endless():
        while True:
            yield Ask(0)

    @do
    def start():
        yield WithHandler(storing, other())
        return (yield WithHandler(scheduler, counting(count)))

    @do
    def counting(count):
        total = 0
        for n in range(count):
            yield Ask(0)
            total += n & 1
        return total

    return start()

measure(pair)
"""
    )


# What a tail resume leaves behind: nothing


def generator(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    return (yield Resume(k, effect.value))


def delegating(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    return (yield from Resume(k, effect.value))


@do
def program(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    return (yield Resume(k, effect.value))


def plain(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    return Resume(k, effect.value)


def transferring(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    try:
        yield Transfer(k, effect.value)
    finally:
        pass


def in_try(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    try:
        return (yield Resume(k, effect.value))
    finally:
        pass


def in_with(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    with memoryview(b""):
        return (yield Resume(k, effect.value))


def by_a_name(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    result = yield Resume(k, effect.value)
    return result


def in_except(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    try:
        raise KeyError
    except KeyError:
        return (yield Resume(k, effect.value))


def computed(effect, k):
    guard = Guard()
    effect.value.append(weakref.ref(guard))
    return [(yield Resume(k, effect.value))]


TAIL = [generator, delegating, program, plain, transferring]
KEPT = [in_try, in_with, by_a_name, in_except, computed]


def name_of(handler):
    return handler.__name__


@pytest.mark.parametrize("handler", TAIL, ids=name_of)
def test_rule_13_locals_are_released_before_k_goes_on(handler):
    alive = []

    @do
    def body():
        for _ in range(3):
            guards = yield Ask([])
            alive.extend(guard() for guard in guards)

    run(WithHandler(handler, body()))
    assert alive == [None] * 3


@pytest.mark.parametrize("handler", KEPT, ids=name_of)
def test_rule_13_a_clause_that_waits_keeps_its_locals(handler):
    alive = []

    @do
    def body():
        guards = yield Ask([])
        alive.append(guards[0]() is not None)

    run(WithHandler(handler, body()))
    assert alive == [True]


def functions(error):
    return [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]


@do
def failing():
    yield Ask([])
    yield Ask([])
    raise ValueError


@pytest.mark.parametrize("handler", TAIL, ids=name_of)
def test_rule_13_a_finished_clause_is_in_no_later_traceback(handler):
    def caller():
        run(WithHandler(handler, failing()))

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        caller()
    assert functions(caught.value)[1:] == ["caller", "failing"]
    # Nor has the error crossed it.
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("handler", KEPT, ids=name_of)
def test_rule_13_a_waiting_clause_is_in_the_traceback(handler):
    def caller():
        run(WithHandler(handler, failing()))

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        caller()
    name = handler.__name__
    assert functions(caught.value)[1:] == ["caller", name, name, "failing"]
    assert caught.value.__notes__[0].count(f"handled by {name}") == 2


def test_rule_13_the_effect_dies_with_its_clause():
    """The machine keeps neither the effect nor what was resumed with."""
    alive = []

    @do
    def body():
        effect = Ask([])
        seen = weakref.ref(effect)
        yield effect
        del effect
        alive.append(seen() is not None)

    run(WithHandler(generator, body()))
    run(WithHandler(plain, body()))
    assert alive == [False, False]


def test_rule_13_a_tail_resume_whose_clause_is_held_by_somebody():
    """A reference to the clause's generator changes nothing."""
    generators = []

    def clause(effect, k):
        return (yield Resume(k, effect.value))

    def handler(effect, k):
        generators.append(clause(effect, k))
        return generators[-1]

    @do
    def body():
        value = yield Ask(1)
        assert generators[-1].gi_frame is None
        return value

    assert run(WithHandler(handler, body())) == 1


def test_rule_13_pass_finishes_the_clause():
    alive = []

    def passing(effect, k):
        guard = Guard()
        alive.append(weakref.ref(guard))
        yield Pass()

    def outer(effect, k):
        assert alive[-1]() is None
        return (yield Resume(k))

    run(WithHandler(outer, WithHandler(passing, Ask())))
    assert len(alive) == 1


@pytest.mark.parametrize("spelling", ["yield", "yield from"])
def test_rule_13_a_tail_resume_after_an_except(isolated, spelling):
    """Code that the compiler moves out of the way is in tail position all the same."""
    isolated(
        f"""
cache = {{}}

def clause(effect, k):
    try:
        return cache[effect]
    except KeyError:
        pass
    return ({spelling} Resume(k, 1))

@do
def body(n):
    for _ in range(n):
        yield Ask()

run(WithHandler(clause, body(1_000)))
before = peak()
run(WithHandler(clause, body(300_000)))
assert peak() - before < 4 * 2**20, peak() - before
"""
    )
