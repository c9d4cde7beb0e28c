"""Rule 14: where a transfer goes, and where its result."""

from __future__ import annotations

import gc
import weakref


def test_rule_14_the_clause_is_finished_before_k_goes_on(engine, Ask):
    log = []

    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
            log.append("must not go on")
        except GeneratorExit:
            log.append("GeneratorExit")
            raise
        finally:
            log.append("clause closed")

    @engine.do
    def body():
        got = yield Ask()
        log.append("body goes on")
        return got

    assert engine.run(engine.WithHandler(handler, body())) == "value"
    assert log == ["GeneratorExit", "clause closed", "body goes on"]


def test_rule_14_the_clauses_locals_are_gone(engine, Ask):
    class Guard:
        pass

    kept = []

    def handler(effect, k):
        guard = Guard()
        kept.append(weakref.ref(guard))
        yield engine.Transfer(k, "value")

    @engine.do
    def body():
        yield Ask()
        return kept[0]() is None

    assert engine.run(engine.WithHandler(handler, body())) is True


def test_rule_14_the_result_goes_where_the_clauses_would_have_gone(engine, Ask):
    def handler(effect, k):
        yield engine.Transfer(k, 1)

    @engine.do
    def body():
        return ["body", (yield Ask())]

    @engine.do
    def program():
        return ["around", (yield engine.WithHandler(handler, body()))]

    assert engine.run(program()) == ["around", ["body", 1]]


def test_rule_14_an_exception_goes_where_the_clauses_would_have_gone(engine, Ask):
    log = []

    def handler(effect, k):
        try:
            yield engine.Transfer(k, 1)
        except ValueError:
            log.append("must not be caught by the clause")

    @engine.do
    def body():
        yield Ask()
        raise ValueError("body")

    @engine.do
    def program():
        try:
            yield engine.WithHandler(handler, body())
        except ValueError as error:
            return str(error)

    assert engine.run(program()) == "body"
    assert log == []


def test_rule_14_several_transfers(engine, Ask):
    def handler(effect, k):
        yield engine.Transfer(k, effect.value * 2)

    @engine.do
    def body():
        return (yield Ask(1)), (yield Ask(2)), (yield Ask(3))

    assert engine.run(engine.WithHandler(handler, body())) == (2, 4, 6)


def test_rule_14_transfer_in_a_called_program_ends_the_whole_clause(engine, Ask):
    log = []

    @engine.do
    def inner(k):
        try:
            yield engine.Transfer(k, "value")
        finally:
            log.append("inner")

    @engine.do
    def middle(k):
        try:
            return (yield inner(k))
        finally:
            log.append("middle")

    def handler(effect, k):
        try:
            yield middle(k)
            log.append("must not go on")
        finally:
            log.append("clause")

    @engine.do
    def body():
        got = yield Ask()
        log.append("body")
        return got

    assert engine.run(engine.WithHandler(handler, body())) == "value"
    assert log == ["inner", "middle", "clause", "body"]


def test_rule_14_transfer_in_a_to_generator_object_and_a_sub_generator(engine, Ask):
    class Helper:
        def __init__(self, k):
            self.k = k

        def to_generator(self):
            yield from self.steps()

        def steps(self):
            yield engine.Transfer(self.k, "value")

    def handler(effect, k):
        yield Helper(k)

    assert engine.run(engine.WithHandler(handler, Ask())) == "value"


def test_rule_14_a_clause_inside_a_clause(engine, Ask, Tell):
    """Transfer in the inner clause ends that one alone."""
    log = []

    def inner(effect, k):
        try:
            yield engine.Transfer(k, "inner")
        finally:
            log.append("inner clause")

    def outer(effect, k):
        try:
            got = yield engine.WithHandler(inner, Tell())
            log.append(got)
            yield engine.Transfer(k, "outer")
        finally:
            log.append("outer clause")

    assert engine.run(engine.WithHandler(outer, Ask(), effects=Ask)) == "outer"
    assert log == ["inner clause", "inner", "outer clause"]


def test_rule_14_a_transfer_of_the_outer_k_from_an_inner_clause(engine, Ask, Tell):
    """It ends the inner clause; the outer one waits for the result of what it installed."""

    def outer(effect, k):
        def inner(told, own):
            yield engine.Transfer(k, "from the inner clause")

        result = yield engine.WithHandler(inner, Tell())
        return ["outer", result]

    @engine.do
    def body():
        return ["body", (yield Ask())]

    answer = engine.run(engine.WithHandler(outer, body(), effects=Ask))
    assert answer == ["outer", ["body", "from the inner clause"]]


def test_rule_14_transfer_switches_to_another_dispatchs_continuation(engine, Ask):
    """Two tasks that take turns: a scheduler in one handler."""
    ready = []
    log = []

    def scheduler(effect, k):
        ready.append(k)
        yield engine.Transfer(ready.pop(0), None)

    @engine.do
    def task(name, turns):
        for turn in range(turns):
            log.append((name, turn))
            yield Ask()
        log.append((name, "done"))
        return name

    def parking(effect, k):
        ready.append(k)
        return "parked"
        yield

    @engine.do
    def parked(name):
        yield Ask()  # answered by `parking`
        return (yield engine.WithHandler(scheduler, task(name, 2)))

    @engine.do
    def program():
        yield engine.WithHandler(parking, parked("b"))
        return (yield engine.WithHandler(scheduler, task("a", 2)))

    # `a` starts and yields; `b` takes its turn, and yields; and so on. The result of the task
    # that ends first goes where the clause's would have gone.
    assert engine.run(program()) == "a"
    assert log == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", "done")]


def test_rule_14_transfer_after_a_resume_of_the_own_k(engine, Ask):
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        result = yield engine.Resume(k, "own")
        yield engine.Transfer(waiting.pop(), result)

    @engine.do
    def body(value):
        return value, (yield Ask(value))

    @engine.do
    def program():
        yield engine.WithHandler(handler, body("wait"))
        return (yield engine.WithHandler(handler, body("go")))

    assert engine.run(program()) == ("wait", ("go", "own"))


def test_rule_14_nothing_is_left_of_a_long_chain_of_transfers(engine, Ask):
    class Guard:
        pass

    alive = weakref.WeakSet()

    def handler(effect, k):
        guard = Guard()
        alive.add(guard)
        yield engine.Transfer(k)

    @engine.do
    def body():
        most = 0
        for _ in range(100):
            yield Ask()
            most = max(most, len(alive))
        return most

    assert engine.run(engine.WithHandler(handler, body())) == 0
    gc.collect()
    assert len(alive) == 0
