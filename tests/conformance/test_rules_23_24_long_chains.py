"""Rules 23 and 24 as every engine shows them: cycles, and letting go of long chains."""

from __future__ import annotations

import gc
import weakref

# Rule 23: cycles


def test_rule_22_a_cycle_through_k_is_closed_by_the_collector(engine, Ask):
    class Guard:
        pass

    log = []
    alive = weakref.WeakSet()
    kept = []

    @engine.do
    def body():
        guard = Guard()
        guard.k = []
        alive.add(guard)
        kept.append(guard)
        try:
            yield Ask()
        finally:
            log.append("closed")

    def handler(effect, k):
        kept.pop().k.append(k)
        return "answer"
        yield

    assert engine.run(engine.WithHandler(handler, body())) == "answer"
    assert len(alive) == 1
    gc.collect()
    assert log == ["closed"]
    gc.collect()
    assert len(alive) == 0
    assert log == ["closed"]


# Rule 24: long chains


CHAIN = 20_000


def test_rule_24_dropping_nested_program_values(engine, Ask):
    def handler(effect, k):
        yield

    @engine.do
    def program(argument):
        return argument

    chains = {
        "WithHandler": lambda inner: engine.WithHandler(handler, inner),
        "Resume": lambda inner: engine.Resume(None, inner),
        "Transfer": engine.Transfer,
        "Pure": engine.Pure,
        "Pass": lambda inner: engine.Pass(None, inner),
        "call": program,
        "keyword": lambda inner: program(argument=inner),
        "effect": Ask,
    }
    for wrap in chains.values():
        value = None
        for _ in range(CHAIN):
            value = wrap(value)
        del value


def test_rule_24_running_many_nested_handlers(engine, Ask):
    def handler(effect, k):
        return engine.Resume(k, effect.value)

    program = Ask("value")
    for _ in range(CHAIN):
        program = engine.WithHandler(handler, program)
    assert engine.run(program) == "value"


def test_rule_24_continuations_held_by_one_anothers_locals(engine, Ask):
    closed = []

    def handler(effect, k):
        return k
        yield

    @engine.do
    def body(held):
        try:
            yield Ask()
        finally:
            closed.append(held is None)

    chain = None
    for _ in range(CHAIN):
        chain = engine.run(engine.WithHandler(handler, body(chain)))
    assert closed == []
    chain.close()
    del chain
    assert len(closed) == CHAIN
    assert closed.count(True) == 1


def test_rule_24_clauses_that_wait_for_one_another(engine, Ask):
    """Each clause performs from its own handler's outside: a chain of waiting dispatches."""
    closed = []

    def passing_outward(effect, k):
        try:
            yield Ask(effect.value + 1)
        finally:
            closed.append(effect.value)

    def abandoning(effect, k):
        return effect.value
        yield

    count = 2_000
    program = Ask(0)
    for _ in range(count):
        program = engine.WithHandler(passing_outward, program)
    assert engine.run(engine.WithHandler(abandoning, program)) == count
    assert sorted(closed) == list(range(count))
