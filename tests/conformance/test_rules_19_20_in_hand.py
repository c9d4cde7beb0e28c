"""Rules 19 and 20: a clause's own continuation, the handlers in scope, unstarted continuations."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref

import pytest

from .helpers import answering, failure, functions

# Rule 19: GetContinuation and GetHandlers


def test_rule_19_get_continuation_keeps_k_when_nobody_else_does(engine, Ask):
    """A clause that deleted its parameter can still ask for it."""

    def handler(effect, k):
        del k
        gc.collect()
        own = yield engine.GetContinuation()
        return (yield engine.Resume(own, "resumed"))

    assert engine.run(engine.WithHandler(handler, Ask())) == "resumed"


def test_rule_19_each_clause_has_its_own_k(engine, Ask, Tell):
    """In nested clauses, in programs that they call, and in clauses that wait."""
    found = []

    def inner(effect, k):
        found.append((yield engine.GetContinuation()) is k)
        return (yield engine.Resume(k))

    @engine.do
    def called():
        return (yield engine.GetContinuation())

    def outer(effect, k):
        yield engine.WithHandler(inner, Tell())
        found.append((yield called()) is k)
        result = yield engine.Resume(k)
        found.append((yield called()) is k)
        return result

    @engine.do
    def body():
        yield Ask()
        yield Ask()
        return "body"

    assert engine.run(engine.WithHandler(outer, body())) == "body"
    assert found == [True, True, True, True, True, True]


def test_rule_19_the_scope_of_the_perform_site(engine, Ask, Tell):
    """All handlers around the perform site, whichever of them got the effect."""
    seen = []

    def looking(effect, k):
        seen.append((yield engine.GetHandlers()))
        return (yield engine.Resume(k))

    def inner(effect, k):
        yield

    outermost = answering(engine, "outermost")
    middle = engine.WithHandler(looking, engine.WithHandler(inner, Ask(), effects=Tell))
    engine.run(engine.WithHandler(outermost, middle))
    (handlers,) = seen
    assert (handlers[0].handler, handlers[0].effects) == (inner, Tell)
    assert handlers[1:] == [looking, outermost]


def test_rule_19_typed_handlers_keep_what_they_were_given(engine, Ask, Tell):
    """The effects are the object that was installed, a class or a tuple."""

    def typed(effect, k):
        yield

    @engine.do
    def listed():
        return (yield engine.GetHandlers())

    for effects in (Ask, (Ask, Tell), (Ask,)):
        (found,) = engine.run(engine.WithHandler(typed, listed(), effects=effects))
        assert found.handler is typed
        assert found.effects == effects
        (again,) = engine.run(engine.WithHandler(found, listed()))
        assert again.handler is typed
        assert again.effects == effects
        (other,) = engine.run(engine.WithHandler(found, listed(), effects=Tell))
        assert other.handler is typed
        assert other.effects is Tell


def test_rule_19_after_k_was_used_by_any_primitive(engine, Ask):
    """What counts is whether the clause's k is used, not who used it."""

    @engine.do
    def count():
        return len((yield engine.GetHandlers()))

    def closing(effect, k):
        before = yield count()
        k.close()
        return before, (yield count())

    def running(effect, k):
        before = yield count()
        engine.run(engine.Resume(k))
        return before, (yield count())

    def resuming(effect, k):
        before = yield count()
        yield engine.Resume(k)
        return before, (yield count())

    def outer(effect, k):
        yield

    for handler in (closing, running, resuming):
        program = engine.with_handlers([handler, outer], Ask())
        assert engine.run(program) == (2, 1)


def test_rule_19_while_a_refused_primitive_leaves_k_unused(engine, Ask):
    def handler(effect, k):
        with pytest.raises(TypeError):
            yield engine.Transfer(3)
        handlers = yield engine.GetHandlers()
        return (yield engine.Resume(k, handlers == [handler]))

    assert engine.run(engine.WithHandler(handler, Ask())) is True


def test_rule_19_in_a_resumed_body(engine, Ask):
    """A continuation that moved is under the handlers of whoever resumed it."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def body():
        yield Ask()
        return (yield engine.GetHandlers())

    elsewhere = answering(engine, "elsewhere")
    here = answering(engine, "here")
    engine.run(engine.WithHandler(here, engine.WithHandler(storing, body())))
    moved = engine.run(engine.Resume(kept.pop()), handlers=[elsewhere])
    assert moved == [storing, elsewhere]


def test_rule_19_many_handlers(engine):
    handlers = [answering(engine, n) for n in range(500)]
    assert engine.run(engine.GetHandlers(), handlers=handlers) == handlers


def test_rule_19_the_handlers_that_a_continuation_holds(engine, Ask, Tell):
    """With `k`, from the perform site up to the handler that got the effect; it stays unused."""
    store = engine.state()
    inner = answering(engine, "inner")
    outer = answering(engine, "outer")
    kept = []

    def looking(effect, k):
        held = yield engine.GetHandlers(k)
        assert held == (yield engine.GetHandlers())[:-1]
        assert not k.used
        kept.append(k)
        return held
        yield

    program = engine.WithHandler(inner, engine.WithHandler(store, Ask()), effects=Tell)
    first, second, third = engine.run(program, handlers=[looking, outer])
    assert (first, third) == (store, looking)
    assert (second.handler, second.effects) == (inner, Tell)
    # So too in another run, where nothing else is in scope.
    again = engine.run(engine.GetHandlers(kept[0]))
    assert (again[0], again[2], len(again)) == (store, looking, 3)
    assert engine.run(engine.Resume(kept[0], "resumed")) == "resumed"


def test_rule_19_a_continuation_that_holds_nothing(engine, Ask):
    unstarted = engine.run(engine.CreateContinuation(Ask(), [answering(engine, "never")]))
    for _ in ("unused", "used"):
        with pytest.raises(TypeError, match=r"^GetHandlers needs a started continuation"):
            engine.run(engine.GetHandlers(unstarted))
        unstarted.close()

    def storing(effect, k):
        return k
        yield

    k = engine.run(engine.WithHandler(storing, Ask()))
    k.close()
    with pytest.raises(engine.ContinuationConsumed):
        engine.run(engine.GetHandlers(k))


# Rule 20: unstarted continuations


def test_rule_20_the_class_is_the_same(engine):
    k = engine.run(engine.CreateContinuation(engine.Pure()))
    assert type(k) is engine.Continuation
    assert repr(k) == "<Continuation unused>"
    k.close()
    assert repr(k) == "<Continuation used>"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_rule_20_it_cannot_be_copied(engine, duplicate):
    k = engine.run(engine.CreateContinuation(engine.Pure("result")))
    with pytest.raises(TypeError):
        duplicate(k)
    assert engine.run(engine.Resume(k)) == "result"


def test_rule_20_the_program_is_released_with_it(engine):
    """Closed, dropped or used up, it does not keep its program."""

    class Program:
        def to_generator(self):
            return "result"
            yield

    for end in (
        lambda k: k.close(),
        lambda k: engine.run(engine.Resume(k)),
        lambda k: None,
    ):
        program = Program()
        released = weakref.ref(program)
        k = engine.run(engine.CreateContinuation(program))
        del program
        assert released() is not None
        end(k)
        if k.used:
            assert released() is None
        del k
        assert released() is None


def test_rule_20_many_handlers(engine, Ask):
    """Innermost first; each is a prompt of its own."""

    def adding(effect, k):
        return (yield engine.Resume(k, (yield effect) + 1))

    def outermost(effect, k):
        return engine.Resume(k, 0)

    handlers = [*[adding] * 100, outermost]
    k = engine.run(engine.CreateContinuation(Ask(), handlers))
    assert engine.run(engine.Resume(k)) == 100


def test_rule_20_handlers_of_every_kind(engine, Ask, Tell):
    """Functions, handler objects and TypedHandlers, listed as GetHandlers lists them."""

    def plain(effect, k):
        yield

    store = engine.state()
    typed = engine.TypedHandler(plain, (Ask, Tell))
    k = engine.run(engine.CreateContinuation(engine.GetHandlers(), (typed, store, plain)))
    first, *others = engine.run(engine.Resume(k))
    assert type(first) is engine.TypedHandler
    assert (first.handler, first.effects) == (plain, (Ask, Tell))
    assert others == [store, plain]


def test_rule_20_an_effect_as_the_program(engine, Ask):
    """It is performed when the continuation is started, under its handlers."""
    handlers = [answering(engine, "answer")]
    k = engine.run(engine.CreateContinuation(Ask(1), handlers))
    assert engine.run(engine.ResumeContinuation(k)) == ("answer", 1)


def test_rule_20_a_started_body_is_captured_like_any_other(engine, Ask, Tell):
    """An effect of the program gives a started continuation, prompts of its own included."""
    kept = []

    def outer(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def new():
        return (yield Ask(1)), (yield Tell()), (yield Ask(2))

    inner = engine.TypedHandler(answering(engine, "own"), Ask)
    k = engine.run(engine.CreateContinuation(new(), [inner]))

    assert engine.run(engine.Resume(k), handlers=[outer]) == "stored"
    assert engine.run(engine.Resume(kept.pop(), "late")) == (("own", 1), "late", ("own", 2))


def test_rule_20_an_abandoned_start(engine, Ask):
    """A handler of the continuation that abandons gives its answer as the result."""

    def abandoning(effect, k):
        return "abandoned"
        yield

    k = engine.run(engine.CreateContinuation(Ask(), [abandoning]))
    assert engine.run(engine.Resume(k)) == "abandoned"


def test_rule_20_on_another_thread(engine, Ask):
    k = engine.run(engine.CreateContinuation(Ask(1), [answering(engine, "own")]))
    results = []
    thread = threading.Thread(target=lambda: results.append(engine.run(engine.Resume(k))))
    thread.start()
    thread.join()
    assert results == [("own", 1)]
    assert k.used


def test_rule_20_an_error_of_the_program(engine):
    """Its traceback goes from the resumer to the program."""

    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("new")

    @engine.do
    def resumer():
        k = yield engine.CreateContinuation(failing())
        result = yield engine.Resume(k)
        return result

    error = failure(engine, resumer())
    assert str(error) == "new"
    assert functions(engine, error) == ["caller", "resumer", "failing"]


def test_rule_20_a_refused_handler_list_changes_nothing(engine):
    """At the yield of CreateContinuation; the program is not started."""

    class Program:
        def to_generator(self):
            raise AssertionError("started")

    for handlers in (3, {}, iter(()), [len, 4], "ab"):
        with pytest.raises(TypeError):
            engine.run(engine.CreateContinuation(Program(), handlers))


def test_rule_20_a_long_chain_of_starts(engine):
    """Each program starts the next in tail position of a clause or a plain program."""

    @engine.do
    def step(n):
        if n == 0:
            return "end"
        k = yield engine.CreateContinuation(step(n - 1))
        return (yield engine.Resume(k))

    assert engine.run(step(5_000)) == "end"
