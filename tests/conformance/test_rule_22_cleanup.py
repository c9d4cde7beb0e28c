"""Rule 22: closing what is abandoned."""

from __future__ import annotations

import contextlib
import gc
import threading
import weakref

import pytest


def storing(kept):
    """A handler that stores `k` and answers "stored"."""

    def handler(effect, k):
        kept.append(k)
        return "stored"
        yield

    return handler


def nested(engine, effect, log, depth=3):
    """A program of `depth` generators that log their names when they are closed."""

    @engine.do
    def level(n):
        try:
            return (yield effect if n == 0 else level(n - 1))
        except GeneratorExit:
            log.append(("exit", n))
            raise
        finally:
            log.append(n)

    return level(depth - 1)


CLOSED = [("exit", 0), 0, ("exit", 1), 1, ("exit", 2), 2]


# Rule 22: when, in what order


def test_rule_22_closed_before_the_answer_reaches_the_program(engine, Ask):
    log = []

    def abandoning(effect, k):
        log.append("clause")
        return "answer"
        yield

    @engine.do
    def program():
        answer = yield engine.WithHandler(abandoning, nested(engine, Ask(), log))
        log.append(answer)

    engine.run(program())
    assert log == ["clause", *CLOSED, "answer"]


@pytest.mark.parametrize("kind", ["plain do", "pure", "program"])
def test_rule_22_whatever_the_clause_is(engine, Ask, kind):
    log = []

    @engine.do
    def plain_do(effect, k):
        return "answer"

    @engine.do
    def program(effect, k):
        yield engine.Pure()
        return "answer"

    def pure(effect, k):
        return engine.Pure("answer")

    handler = {"plain do": plain_do, "pure": pure, "program": program}[kind]

    @engine.do
    def around():
        answer = yield engine.WithHandler(handler, nested(engine, Ask(), log))
        log.append(answer)

    engine.run(around())
    assert log == [*CLOSED, "answer"]


def test_rule_22_closed_before_run_returns(engine, Ask):
    log = []

    def abandoning(effect, k):
        return "answer"
        yield

    assert engine.run(engine.WithHandler(abandoning, nested(engine, Ask(), log))) == "answer"
    assert log == CLOSED


def test_rule_22_a_stored_one_lives_until_its_last_reference_goes(engine, Ask):
    log = []
    kept = []
    program = engine.WithHandler(storing(kept), nested(engine, Ask(), log))

    @engine.do
    def around():
        yield program
        yield engine.Pure()
        log.append("still alive")
        kept.clear()
        log.append("after the drop")

    engine.run(around())
    assert log == ["still alive", *CLOSED, "after the drop"]


def test_rule_22_a_stored_one_dies_after_the_run(engine, Ask):
    log = []
    kept = []
    engine.run(engine.WithHandler(storing(kept), nested(engine, Ask(), log)))
    assert log == []
    kept.clear()
    assert log == CLOSED


def test_rule_22_unstarted_levels_of_handlers_are_closed_too(engine, Ask, Tell):
    """The captured part holds prompts and a waiting clause with a continuation of its own."""
    log = []

    def waiting(effect, k):
        try:
            yield Tell()
        finally:
            log.append("waiting clause")

    def abandoning(effect, k):
        return "answer"
        yield

    @engine.do
    def between():
        try:
            yield engine.WithHandler(waiting, nested(engine, Ask(), log), effects=Ask)
        finally:
            log.append("between")

    assert engine.run(engine.WithHandler(abandoning, between())) == "answer"
    assert log == ["waiting clause", *CLOSED, "between"]


def test_rule_22_an_error_of_an_outer_clause_leaves_nothing_behind(engine, Ask, Tell):
    log = []

    def failing(effect, k):
        k.close()
        raise KeyError("failed")
        yield

    @engine.do
    def program():
        try:
            yield engine.WithHandler(failing, nested(engine, Ask(), log))
        except KeyError:
            log.append("around")

    engine.run(program())
    assert log == [*CLOSED, "around"]


def test_rule_22_a_used_continuation_closes_nothing(engine, Ask):
    log = []

    def handler(effect, k):
        result = yield engine.Resume(k, "value")
        del k
        gc.collect()
        return result

    assert engine.run(engine.WithHandler(handler, nested(engine, Ask(), log))) == "value"
    assert log == [0, 1, 2]


def test_rule_22_on_the_thread_that_dropped_it(engine, Ask):
    kept = []
    where = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            where.append(threading.get_ident())

    engine.run(engine.WithHandler(storing(kept), body()))
    thread = threading.Thread(target=kept.clear)
    thread.start()
    thread.join()
    assert where == [thread.ident]


def test_rule_22_each_is_closed_once(engine, Ask):
    log = []
    kept = []
    engine.run(engine.WithHandler(storing(kept), nested(engine, Ask(), log)))
    kept[0].close()
    kept[0].close()
    kept.clear()
    gc.collect()
    assert log == CLOSED


def test_rule_22_closing_while_closing(engine, Ask):
    log = []
    kept = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append(kept[0].used)
            kept[0].close()
            with contextlib.suppress(engine.ContinuationConsumed):
                engine.run(engine.Resume(kept[0]))
                log.append("must not run")

    engine.run(engine.WithHandler(storing(kept), body()))
    kept[0].close()
    assert log == [True]


def test_rule_22_cleanup_may_run_programs(engine, Ask):
    log = []

    def abandoning(effect, k):
        return "answer"
        yield

    def answering(effect, k):
        return (yield engine.Resume(k, effect.value))

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append(engine.run(engine.WithHandler(answering, Ask("nested run"))))

    assert engine.run(engine.WithHandler(abandoning, body())) == "answer"
    assert log == ["nested run"]


def test_rule_22_a_loop_of_abandonments_keeps_nothing(engine, Ask):
    class Guard:
        pass

    alive = weakref.WeakSet()

    def abandoning(effect, k):
        return "answer"
        yield

    @engine.do
    def body():
        guard = Guard()
        alive.add(guard)
        yield Ask()

    @engine.do
    def program():
        most = 0
        for _ in range(50):
            yield engine.WithHandler(abandoning, body())
            most = max(most, len(alive))
        return most

    assert engine.run(program()) == 0


def test_rule_22_an_answer_that_is_k_is_closed_when_the_program_lets_go_of_it(engine, Ask):
    log = []

    def handler(effect, k):
        return k
        yield

    @engine.do
    def around():
        k = yield engine.WithHandler(handler, nested(engine, Ask(), log))
        log.append(k.used)
        del k
        yield engine.Pure()  # what delivered `k` has let go of it by now
        log.append("after the drop")

    engine.run(around())
    assert log == [False, *CLOSED, "after the drop"]


def test_rule_22_what_was_delivered_dies_when_the_program_lets_go_of_it(engine, Ask):
    class Payload:
        pass

    alive = []

    @engine.do
    def body():
        payload = yield Ask()
        seen = weakref.ref(payload)
        del payload
        yield engine.Pure()
        alive.append(seen() is not None)

    def transferring(effect, k):
        yield engine.Transfer(k, Payload())

    for handler in (lambda effect, k: engine.Resume(k, Payload()), transferring):
        engine.run(engine.WithHandler(handler, body()))
    assert alive == [False, False]


# Rule 22: cleanup that fails


def test_rule_22_an_error_of_cleanup_is_unraisable_and_the_rest_is_closed(engine, Ask, unraisable):
    log = []

    def abandoning(effect, k):
        return "answer"
        yield

    @engine.do
    def inner():
        try:
            yield Ask()
        finally:
            raise KeyError("inner")

    @engine.do
    def middle():
        try:
            yield inner()
        finally:
            log.append("middle")
            raise SystemExit("middle")

    @engine.do
    def outer():
        try:
            yield middle()
        finally:
            log.append("outer")

    @engine.do
    def program():
        answer = yield engine.WithHandler(abandoning, outer())
        log.append(answer)

    engine.run(program())
    assert log == ["middle", "outer", "answer"]
    assert unraisable.types == [KeyError, SystemExit]


def test_rule_22_a_yield_in_cleanup_is_pythons_runtime_error(engine, Ask, unraisable):
    log = []

    def abandoning(effect, k):
        return "answer"
        yield

    @engine.do
    def inner():
        try:
            yield Ask()
        except GeneratorExit:
            yield Ask()

    @engine.do
    def outer():
        try:
            yield inner()
        finally:
            log.append("outer")

    assert engine.run(engine.WithHandler(abandoning, outer())) == "answer"
    assert log == ["outer"]
    assert unraisable.types[0] is RuntimeError
    assert unraisable.texts[0] == "generator ignored GeneratorExit"


@pytest.mark.parametrize("how", ["close", "drop"])
def test_rule_22_close_and_drop_report_alike(engine, Ask, unraisable, how):
    kept = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            raise KeyError("cleanup")

    engine.run(engine.WithHandler(storing(kept), body()))
    if how == "close":
        kept[0].close()
    kept.clear()
    assert unraisable.types == [KeyError]
    assert unraisable[0].args == ("cleanup",)


def test_rule_22_cleanup_may_swallow_generator_exit(engine, Ask):
    kept = []

    @engine.do
    def body():
        with contextlib.suppress(GeneratorExit):
            yield Ask()
        return "swallowed"

    engine.run(engine.WithHandler(storing(kept), body()))
    kept.clear()


def test_rule_22_a_generator_that_is_held_elsewhere_is_closed_too(engine, Ask):
    log = []
    kept = []
    generators = []

    class Held:
        def to_generator(self):
            generators.append(self.steps())
            return generators[-1]

        def steps(self):
            try:
                yield Ask()
            finally:
                log.append("closed")

    engine.run(engine.WithHandler(storing(kept), Held()))
    assert log == []
    kept.clear()
    assert log == ["closed"]
    assert generators[0].gi_frame is None


def test_rule_22_closed_before_the_answer_after_the_clause_caught_an_error(engine, Ask, Tell):
    log = []

    def clause(effect, k):
        with contextlib.suppress(engine.UnhandledEffect):
            yield Tell()
        return "answer"

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("closed")

    @engine.do
    def main():
        log.append((yield engine.WithHandler(clause, body(), effects=Ask)))

    gc.disable()
    try:
        engine.run(main())
    finally:
        gc.enable()
    assert log == ["closed", "answer"]


def test_rule_18_close_is_at_once_at_any_depth(engine, Ask):
    late = []
    ended = set()
    inner = None

    def storing(effect, k):
        effect.value.append(k)
        return engine.Pure()

    for depth in range(40):

        @engine.do
        def body(box, depth=depth, inner=inner):
            try:
                yield Ask(box)
            finally:
                if inner is not None:
                    inner.close()
                    if depth - 1 not in ended:
                        late.append(depth)
                ended.add(depth)

        box = []
        engine.run(engine.WithHandler(storing, body(box)))
        inner = box.pop()
    inner.close()
    assert not late
    assert len(ended) == 40


def test_rule_22_an_error_that_was_made_of_another_keeps_no_continuation(engine, Ask):
    """The answer holds an error, whose cause was raised while the continuation was waiting."""
    log = []

    def stop(old):
        raise StopIteration(old)

    def handler(effect, k):
        return (yield engine.TailCall(engine.Safe(engine.Modify("key", stop))))

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            log.append("closed")

    @engine.do
    def main():
        result = yield engine.WithHandler(handler, body())
        log.append(type(result.error).__name__)

    engine.run(main(), state={})
    assert log == ["closed", "RuntimeError"]
