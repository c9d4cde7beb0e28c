"""Rules 13 and 14: tail resumes and transfers."""

from __future__ import annotations

import contextlib
import gc
import weakref

import pytest

# Rule 13: tail resumes (what every engine shows of them; the rest is in the VM's own tests)


@pytest.mark.parametrize("count", [1, 2, 1_000, 20_000])
def test_rule_13_long_loops(engine, Ask, count):
    @engine.do
    def body():
        total = 0
        for _ in range(count):
            total += yield Ask(1)
        return total

    def returned(effect, k):
        return (yield engine.Resume(k, effect.value))

    def plain(effect, k):
        return engine.Resume(k, effect.value)

    def transferring(effect, k):
        yield engine.Transfer(k, effect.value)

    for handler in (returned, plain, transferring):
        assert engine.run(engine.WithHandler(handler, body())) == count


def test_rule_13_a_tail_resume_is_refused_like_any_other(engine, Ask):
    def handler(effect, k):
        with contextlib.suppress(TypeError):
            yield engine.Resume(3)
        return (yield engine.Resume(k, "went on"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "went on"


def test_rule_13_a_refused_tail_resume_fails_the_operation(engine, Ask):
    spent = []

    def storing(effect, k):
        spent.append(k)
        return (yield engine.Resume(k))

    def handler(effect, k):
        return (yield engine.Resume(spent[0], "again"))

    @engine.do
    def body():
        try:
            yield Ask()
        except engine.ContinuationConsumed:
            return "performer"

    @engine.do
    def program():
        yield engine.WithHandler(storing, Ask())
        return (yield engine.WithHandler(handler, body()))

    assert engine.run(program()) == "performer"


def test_rule_13_a_tail_resume_of_another_continuation_abandons_its_own(engine, Ask):
    waiting = []
    log = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        return (yield engine.Resume(waiting.pop(), "switched"))

    @engine.do
    def waiter():
        return "waiter", (yield Ask("wait"))

    @engine.do
    def switcher():
        try:
            yield Ask("switch")
        finally:
            log.append("switcher closed")

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        return (yield engine.WithHandler(handler, switcher()))

    assert engine.run(program()) == ("waiter", "switched")
    assert log == ["switcher closed"]


# Rule 14: Transfer


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


def test_rule_14_a_prompt_ends_the_clause(engine, Ask, Tell):
    """A program under a handler that the clause installed is not the clause."""
    messages = []

    @engine.do
    def installed(k):
        try:
            yield engine.Transfer(k)
        except RuntimeError as error:
            messages.append(str(error))

    def unused(effect, k):
        yield

    def handler(effect, k):
        yield engine.WithHandler(unused, installed(k))
        return (yield engine.Resume(k, "still works"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "still works"
    assert messages == ["Transfer works only in a handler's clause"]


def test_rule_14_a_transfer_directly_under_a_prompt_is_refused(engine, Ask):
    def unused(effect, k):
        yield

    def handler(effect, k):
        try:
            yield engine.WithHandler(unused, engine.Transfer(k))
        except RuntimeError as error:
            return (yield engine.Resume(k, str(error)))

    answer = engine.run(engine.WithHandler(handler, Ask()))
    assert answer == "Transfer works only in a handler's clause"


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


@pytest.mark.parametrize("name", ["Transfer", "Pass"])
@pytest.mark.parametrize("place", ["program", "body", "run", "nested"])
def test_rule_14_outside_a_clause_it_is_refused_at_the_yield(engine, Ask, name, place):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    def make():
        return engine.Pass(Ask(), kept[0]) if name == "Pass" else engine.Transfer(kept[0])

    expected = f"{name} works only in a handler's clause"
    assert engine.run(engine.WithHandler(handler, Ask())) == "stored"

    @engine.do
    def refused():
        try:
            yield make()
        except RuntimeError as error:
            return str(error)

    @engine.do
    def nested():
        return (yield refused())

    if place == "run":
        with pytest.raises(RuntimeError) as caught:
            engine.run(make())
        assert str(caught.value) == expected
    else:
        program = {
            "program": refused(),
            "body": engine.WithHandler(handler, refused()),
            "nested": engine.WithHandler(handler, nested()),
        }[place]
        assert engine.run(program) == expected
    assert not kept[0].used


def test_rule_14_a_resumed_body_is_not_in_the_clause(engine, Ask):
    """The body goes on above the clause that resumed it, but its own prompt lies between."""

    def handler(effect, k):
        return (yield engine.Resume(k, k))

    @engine.do
    def body():
        k = yield Ask()
        try:
            yield engine.Transfer(k)
        except RuntimeError as error:
            return type(error), str(error)

    assert engine.run(engine.WithHandler(handler, body())) == (
        RuntimeError,
        "Transfer works only in a handler's clause",
    )


def test_rule_14_resume_works_anywhere(engine, Ask):
    kept = []

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    for _ in range(3):
        engine.run(engine.WithHandler(handler, Ask()))

    @engine.do
    def program(k):
        return (yield engine.Resume(k, 1))

    assert engine.run(program(kept[0])) == 1
    assert engine.run(engine.Resume(kept[1], 2)) == 2
    assert engine.run(engine.WithHandler(handler, engine.Resume(kept[2], 3))) == 3


@pytest.mark.parametrize("name", ["Resume", "Transfer", "Pass"])
@pytest.mark.parametrize("bad", [3, "k", Ellipsis])
def test_rule_14_something_else_than_a_continuation_is_refused(engine, Ask, name, bad):
    def handler(effect, k):
        primitive = engine.Pass(None, bad) if name == "Pass" else getattr(engine, name)(bad)
        try:
            yield primitive
        except TypeError as error:
            message = str(error)
        return (yield engine.Resume(k, message))

    expected = f"{name} needs a continuation, got {bad!r} of type '{type(bad).__name__}'"
    assert engine.run(engine.WithHandler(handler, Ask())) == expected


@pytest.mark.parametrize("name", ["Resume", "Transfer"])
def test_rule_14_none_is_not_a_continuation(engine, Ask, name):
    def handler(effect, k):
        yield getattr(engine, name)(None)

    with pytest.raises(TypeError, match=f"{name} needs a continuation, got None"):
        engine.run(engine.WithHandler(handler, Ask()))


def test_rule_14_pass_needs_an_effect(engine, Ask):
    @engine.do
    def program():
        yield

    for bad in (3, program(), Ask, engine.Pure(1)):

        def handler(effect, k, bad=bad):
            try:
                yield engine.Pass(bad)
            except TypeError as error:
                message = str(error)
            return (yield engine.Resume(k, message))

        message = engine.run(engine.WithHandler(handler, Ask()))
        assert message.startswith("Pass needs an effect (an EffectBase instance), got ")
        assert message.endswith(f" of type '{type(bad).__qualname__}'")


def test_rule_14_checks_place_then_types_then_use(engine, Ask):
    spent = []

    def spending(effect, k):
        spent.append(k)
        return (yield engine.Resume(k))

    engine.run(engine.WithHandler(spending, Ask()))

    @engine.do
    def outside(primitive):
        yield primitive

    primitives = [
        engine.Transfer(3),
        engine.Transfer(spent[0]),
        engine.Pass(3),
        engine.Pass(Ask(), 3),
        engine.Pass(Ask(), spent[0]),
    ]
    for primitive in primitives:
        with pytest.raises(RuntimeError, match="works only in a handler's clause") as caught:
            engine.run(outside(primitive))
        assert not isinstance(caught.value, engine.ContinuationConsumed)

    def handler(effect, k):
        with pytest.raises(TypeError):
            yield engine.Pass(3, spent[0])
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Pass(Ask(), spent[0])
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Transfer(spent[0])
        return (yield engine.Resume(k, "in order"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "in order"


def test_rule_14_a_refused_transfer_leaves_the_clause_going_on(engine, Ask):
    log = []
    spent = []

    @engine.do
    def helper(k):
        try:
            yield engine.Transfer(spent[0])
        except engine.ContinuationConsumed:
            log.append("helper goes on")
        return "helper"

    def handler(effect, k):
        if effect.value == "spend":
            spent.append(k)
            return (yield engine.Resume(k))
        try:
            got = yield helper(k)
            log.append(got)
        finally:
            log.append("clause goes on")
        return (yield engine.Resume(k, "resumed"))

    @engine.do
    def body():
        yield Ask("spend")
        return (yield Ask())

    assert engine.run(engine.WithHandler(handler, body())) == "resumed"
    assert log == ["helper goes on", "helper", "clause goes on"]


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


def test_rule_14_the_own_k_is_dropped_before_anything_else_runs(engine, Ask):
    log = []
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        try:
            yield engine.Transfer(waiting.pop(), "switched")
        finally:
            log.append("clause closed")

    @engine.do
    def waiter():
        got = yield Ask("wait")
        log.append("waiter goes on")
        return got

    @engine.do
    def inner():
        try:
            yield Ask("switch")
        finally:
            log.append("inner closed")

    @engine.do
    def switcher():
        try:
            yield inner()
        finally:
            log.append("switcher closed")

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        return (yield engine.WithHandler(handler, switcher()))

    assert engine.run(program()) == "switched"
    assert log == ["clause closed", "inner closed", "switcher closed", "waiter goes on"]


def test_rule_14_a_stored_own_k_survives(engine, Ask):
    kept = {}

    def handler(effect, k):
        kept[effect.value] = k
        if effect.value == "first":
            return "waiting"
        yield engine.Transfer(kept["first"], "switched")

    @engine.do
    def body(name):
        return name, (yield Ask(name))

    @engine.do
    def program():
        yield engine.WithHandler(handler, body("first"))
        switched = yield engine.WithHandler(handler, body("second"))
        assert not kept["second"].used
        return switched, (yield engine.Resume(kept["second"], "late"))

    assert engine.run(program()) == (("first", "switched"), ("second", "late"))


@pytest.mark.parametrize("as_pass", [False, True])
def test_rule_14_cleanup_that_raises_fails_the_operation(engine, Ask, as_pass):
    log = []
    kept = []

    def handler(effect, k):
        kept.append(k)
        try:
            yield engine.Pass() if as_pass else engine.Transfer(k, "value")
        finally:
            log.append(k.used)
            raise KeyError("cleanup")

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return "performer", error.args[0]

    program = engine.WithHandler(handler, body())

    def outer(effect, k):
        raise AssertionError
        yield

    assert engine.run(engine.WithHandler(outer, program)) == ("performer", "cleanup")
    assert log == [True]  # reserved while the clause is being finished
    assert kept[0].used  # by the failure


def test_rule_14_cleanup_that_yields_is_pythons_runtime_error(engine, Ask):
    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        except GeneratorExit:
            yield engine.Pure()

    @engine.do
    def body():
        try:
            yield Ask()
        except RuntimeError as error:
            return str(error)

    assert engine.run(engine.WithHandler(handler, body())) == "generator ignored GeneratorExit"


def test_rule_14_cleanup_may_swallow_generator_exit(engine, Ask):
    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        except GeneratorExit:
            return "ignored"

    assert engine.run(engine.WithHandler(handler, Ask())) == "value"


def test_rule_14_the_first_error_of_cleanup_counts_and_the_rest_is_closed(engine, Ask, unraisable):
    log = []

    @engine.do
    def inner(k):
        try:
            yield engine.Transfer(k)
        finally:
            log.append("inner")
            raise KeyError("first")

    @engine.do
    def middle(k):
        try:
            yield inner(k)
        finally:
            log.append("middle")
            raise ValueError("second")

    def handler(effect, k):
        try:
            yield middle(k)
        finally:
            log.append("clause")

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return error.args[0]

    assert engine.run(engine.WithHandler(handler, body())) == "first"
    assert log == ["inner", "middle", "clause"]
    assert unraisable.types == [ValueError]
    assert unraisable.texts == ["second"]


def test_rule_14_a_failed_transfer_to_another_k_leaves_that_one_unused(engine, Ask):
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        try:
            yield engine.Transfer(waiting[0], "switched")
        finally:
            raise KeyError("cleanup")

    @engine.do
    def waiter():
        return "waiter", (yield Ask("wait"))

    @engine.do
    def switcher():
        try:
            yield Ask("switch")
        except KeyError:
            return "failed"

    @engine.do
    def program():
        yield engine.WithHandler(handler, waiter())
        failed = yield engine.WithHandler(handler, switcher())
        assert not waiting[0].used
        return failed, (yield engine.Resume(waiting[0], "later"))

    assert engine.run(program()) == ("failed", ("waiter", "later"))


def test_rule_14_a_failed_transfer_of_a_clause_that_used_its_k_leaves_the_handler(engine, Ask):
    waiting = []

    def handler(effect, k):
        if effect.value == "wait":
            waiting.append(k)
            return "waiting"
        yield engine.Resume(k)
        try:
            yield engine.Transfer(waiting[0], "switched")
        finally:
            raise KeyError("cleanup")

    @engine.do
    def body(value):
        try:
            return (yield Ask(value))
        except KeyError:
            raise AssertionError from None

    @engine.do
    def program():
        yield engine.WithHandler(handler, body("wait"))
        try:
            yield engine.WithHandler(handler, body("go"))
        except KeyError:
            return waiting[0].used

    assert engine.run(program()) is False
    waiting.clear()


def test_rule_14_during_cleanup_the_reserved_k_counts_as_used(engine, Ask):
    seen = []

    def handler(effect, k):
        try:
            yield engine.Transfer(k, "value")
        finally:
            try:
                engine.run(engine.Resume(k, "stolen"))
            except engine.ContinuationConsumed:
                seen.append("consumed")
            k.close()

    @engine.do
    def body():
        return (yield Ask())

    assert engine.run(engine.WithHandler(handler, body())) == "value"
    assert seen == ["consumed"]


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


# Rules 14 and 16: Pass as it is delivered with these names


def test_rule_14_pass_finishes_the_clause_first(engine, Ask):
    log = []

    def inner(effect, k):
        try:
            yield engine.Pass()
        finally:
            log.append("inner closed")

    def outer(effect, k):
        log.append("outer")
        return (yield engine.Resume(k, ("outer", effect.value)))

    program = engine.WithHandler(outer, engine.WithHandler(inner, Ask(1)))
    assert engine.run(program) == ("outer", 1)
    assert log == ["inner closed", "outer"]


def test_rule_16_pass_gives_the_outer_handler_the_whole_continuation(engine, Ask):
    def inner(effect, k):
        yield engine.Pass()

    def outer(effect, k):
        result = yield engine.Resume(k, effect.value)
        return ["outer", result]

    @engine.do
    def body():
        return ["body", (yield Ask(1)), (yield Ask(2))]

    @engine.do
    def between():
        return ["between", (yield engine.WithHandler(inner, body()))]

    answer = engine.run(engine.WithHandler(outer, between()))
    assert answer == ["outer", ["outer", ["between", ["body", 1, 2]]]]


def test_rule_16_pass_may_replace_the_effect(engine, Ask, Tell):
    def inner(effect, k):
        yield engine.Pass(Tell(effect.value + 1))

    def outer(effect, k):
        return (yield engine.Resume(k, (type(effect).__name__, effect.value)))

    program = engine.WithHandler(outer, engine.WithHandler(inner, Ask(1)), effects=Tell)
    assert engine.run(program) == ("Tell", 2)


def test_rule_16_a_passed_effect_is_not_seen_by_handlers_inside(engine, Ask, Tell):
    def inside(effect, k):
        raise AssertionError
        yield

    def inner(effect, k):
        yield engine.Pass(Tell(1))

    def outer(effect, k):
        return (yield engine.Resume(k, "outer"))

    program = engine.WithHandler(inside, Ask(), effects=Tell)
    program = engine.WithHandler(inner, program, effects=Ask)
    assert engine.run(engine.WithHandler(outer, program)) == "outer"


def test_rule_16_pass_spends_the_own_k(engine, Ask):
    kept = []

    def inner(effect, k):
        kept.append(k)
        yield engine.Pass()

    def outer(effect, k):
        assert k is not kept[0]
        assert kept[0].used
        with pytest.raises(engine.ContinuationConsumed):
            yield engine.Resume(kept[0])
        return (yield engine.Resume(k, "outer"))

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, Ask()))) == "outer"


def test_rule_16_pass_of_another_k_performs_at_its_site(engine, Ask, Tell):
    waiting = []
    log = []

    def storing(effect, k):
        waiting.append(k)
        return "stored"
        yield

    def passing(effect, k):
        yield engine.Pass(Tell("passed"), waiting.pop())

    def outer(effect, k):
        return ["outer", (yield engine.Resume(k, effect.value))]

    @engine.do
    def waiter():
        return ["waiter", (yield Ask())]

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("own performer dropped")

    @engine.do
    def program():
        yield engine.WithHandler(storing, waiter())
        return ["between", (yield engine.WithHandler(passing, body()))]

    answer = engine.run(engine.WithHandler(outer, program(), effects=Tell))
    assert answer == ["outer", ["between", ["waiter", "passed"]]]
    assert log == ["own performer dropped"]


def test_rule_16_pass_without_an_outer_handler_is_unhandled_at_the_perform_site(engine, Ask, Tell):
    def handler(effect, k):
        yield engine.Pass()

    def replacing(effect, k):
        yield engine.Pass(Tell(2))

    @engine.do
    def body():
        try:
            yield Ask(1)
        except engine.UnhandledEffect as error:
            return error.effect

    unhandled = engine.run(engine.WithHandler(handler, body()))
    assert isinstance(unhandled, Ask)
    unhandled = engine.run(engine.WithHandler(replacing, body()))
    assert isinstance(unhandled, Tell)
    with pytest.raises(engine.UnhandledEffect, match=r"no handler accepts Ask\(3\)"):
        engine.run(engine.WithHandler(handler, Ask(3)))


def test_rule_16_pass_through_many_handlers(engine, Ask):
    passes = []

    def passing(effect, k):
        passes.append(1)
        yield engine.Pass()

    def outer(effect, k):
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        return (yield Ask(1)), (yield Ask(2))

    program = body()
    for _ in range(64):
        program = engine.WithHandler(passing, program)
    assert engine.run(engine.WithHandler(outer, program)) == (1, 2)
    assert len(passes) == 128


def test_rule_16_pass_from_a_called_program(engine, Ask):
    log = []

    @engine.do
    def helper():
        try:
            yield engine.Pass()
        finally:
            log.append("helper")

    def inner(effect, k):
        try:
            yield helper()
        finally:
            log.append("clause")

    def outer(effect, k):
        log.append("outer")
        return (yield engine.Resume(k, "outer"))

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, Ask()))) == "outer"
    assert log == ["helper", "clause", "outer"]


def test_rule_16_a_failing_outer_handler_fails_the_operation(engine, Ask):
    def inner(effect, k):
        yield engine.Pass()

    def outer(effect, k):
        raise KeyError("outer")
        yield

    @engine.do
    def body():
        try:
            yield Ask()
        except KeyError as error:
            return error.args[0]

    assert engine.run(engine.WithHandler(outer, engine.WithHandler(inner, body()))) == "outer"


def test_rule_13_a_helper_generator_is_not_in_tail_position(engine, Ask):
    """What `yield from` delegates to has code of its own left to run."""
    seen = []

    def helper(k):
        result = yield engine.Resume(k, 1)
        seen.append(result)
        return result + 1

    def clause(effect, k):
        return (yield from helper(k))

    @engine.do
    def body():
        yield Ask()
        return 10

    assert engine.run(engine.WithHandler(clause, body())) == 11
    assert seen == [10]


@pytest.mark.parametrize("primitive", ["Transfer", "Pass"])
def test_rule_14_a_helper_generator_is_closed(engine, Ask, primitive):
    seen = []

    def helper(k):
        try:
            yield engine.Transfer(k, 1) if primitive == "Transfer" else engine.Pass()
            seen.append("ran on")
        except GeneratorExit:
            seen.append("closed")
            raise

    def clause(effect, k):
        yield from helper(k)

    def answer(effect, k):
        return engine.Resume(k, 1)

    @engine.do
    def body():
        yield Ask()
        return 10

    inner = engine.WithHandler(clause, body())
    assert engine.run(engine.WithHandler(answer, inner)) == 10
    assert seen == ["closed"]
