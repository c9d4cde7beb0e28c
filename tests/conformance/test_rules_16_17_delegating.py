"""Rules 16 and 17: delegating an effect, and performing it again."""

from __future__ import annotations

import gc
import weakref

import pytest

from .helpers import answering, failure, functions

TAILS = ("Delegate", "Pass")


def handing_on(engine, name, log=None):
    """A handler that hands its effect on by `Delegate` or `Pass`, and then returns the result."""

    def clause(effect, k):
        if log is not None:
            log.append(effect)
        result = yield getattr(engine, name)()
        return result

    return clause


@pytest.mark.parametrize("name", TAILS)
@pytest.mark.parametrize("depth", [1, 2, 300])
def test_rule_16_through_many_handlers(engine, Ask, name, depth):
    log = []
    handlers = [handing_on(engine, name, log) for _ in range(depth)]
    program = engine.with_handlers([*handlers, answering(engine, "outermost")], Ask(1))
    assert engine.run(program) == ("outermost", 1)
    assert len(log) == depth


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_many_effects_through_one_handler(engine, Ask, name):
    @engine.do
    def body():
        total = 0
        for n in range(2_000):
            total += (yield Ask(n))[1]
        return total

    handlers = [handing_on(engine, name), answering(engine, "outer")]
    assert engine.run(engine.with_handlers(handlers, body())) == sum(range(2_000))


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_the_effect_is_the_very_object(engine, Ask, Tell, name):
    seen = []

    def outer(effect, k):
        seen.append(effect)
        return engine.Resume(k)

    replacement = Tell()

    def replacing(effect, k):
        return (yield getattr(engine, name)(replacement))

    effect = Ask()
    engine.run(engine.with_handlers([handing_on(engine, name), outer], effect))
    engine.run(engine.with_handlers([replacing, outer], effect))
    assert seen[0] is effect
    assert seen[1] is replacement


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_the_outer_handler_gets_a_continuation_of_its_own(engine, Ask, name):
    """It reaches up to the outer prompt, and the one that was handed on is used."""
    inner_ks = []
    outer_ks = []

    def inner(effect, k):
        inner_ks.append(k)
        return (yield getattr(engine, name)())

    def outer(effect, k):
        outer_ks.append(k)
        assert inner_ks[0].used
        assert not k.used
        return "kept"
        yield

    @engine.do
    def body():
        return "body", (yield Ask())

    @engine.do
    def around():
        return "around", (yield engine.WithHandler(inner, body()))

    assert engine.run(engine.WithHandler(outer, around())) == "kept"
    assert outer_ks[0] is not inner_ks[0]
    assert engine.run(engine.Resume(outer_ks[0], 1)) == ("around", ("body", 1))


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_the_class_of_the_effect_decides_who_gets_it(engine, effects, name):
    """A replacement is searched for by its own class, an Ask by its subclasses' rules."""
    log = []

    def named(label):
        def handler(effect, k):
            log.append((label, type(effect).__name__))
            return engine.Resume(k, label)

        return handler

    def replacing(effect, k):
        return (yield getattr(engine, name)(effects.SubAsk(effect.value)))

    handlers = [
        replacing,
        engine.TypedHandler(named("tells"), effects.Tell),
        engine.TypedHandler(named("subasks"), effects.SubAsk),
        engine.TypedHandler(named("asks"), effects.Ask),
    ]
    assert engine.run(engine.with_handlers(handlers, effects.Tell())) == "subasks"
    assert log == [("subasks", "SubAsk")]


def test_rule_16_unhandled_is_raised_at_the_perform_site(engine, Ask, Tell):
    """With the replaced effect as `effect`, and no frame of the clause that is waiting."""

    @engine.do
    def performer():
        yield Ask()

    replacement = Tell()

    def replacing(effect, k):
        return (yield engine.Delegate(replacement))

    def unused(effect, k):
        raise AssertionError

    inner = engine.WithHandler(replacing, performer())
    error = failure(engine, engine.WithHandler(unused, inner, effects=Ask))
    assert type(error) is engine.UnhandledEffect
    assert error.effect is replacement
    # The clause that delegated waits for the body, and so it is crossed.
    assert functions(engine, error) == ["caller", "replacing", "performer"]


def test_rule_16_pass_is_not_in_a_traceback(engine, Ask):
    @engine.do
    def performer():
        yield Ask()

    error = failure(engine, engine.WithHandler(handing_on(engine, "Pass"), performer()))
    assert type(error) is engine.UnhandledEffect
    assert functions(engine, error) == ["caller", "performer"]


def test_rule_16_a_failure_of_the_outer_handler_crosses_the_waiting_clause(engine, Ask):
    @engine.do
    def performer():
        yield Ask()

    def failing(effect, k):
        raise ValueError("outer")

    def inner(effect, k):
        return (yield engine.Delegate())

    error = failure(engine, engine.with_handlers([inner, failing], performer()))
    names = functions(engine, error)
    assert names[:3] == ["caller", "inner", "performer"]
    assert names[-1] == "failing"


def test_rule_16_a_waiting_clause_is_released_when_the_outer_handler_abandons(engine, Ask):
    class Guard:
        pass

    guards = []

    def inner(effect, k):
        guard = Guard()
        guards.append(weakref.ref(guard))
        result = yield engine.Delegate()
        return result, guard

    def outer(effect, k):
        return "abandoned"
        yield

    @engine.do
    def program():
        answer = yield engine.with_handlers([inner, outer], Ask())
        return answer, guards[0]() is None

    assert engine.run(program()) == ("abandoned", True)


def test_rule_16_a_delegated_continuation_may_outlive_the_run(engine, Ask):
    """The waiting clause is inside it, and goes on with it."""
    kept = []

    def outer(effect, k):
        kept.append(k)
        return "stored"
        yield

    def inner(effect, k):
        result = yield engine.Delegate()
        return "inner", result

    @engine.do
    def body():
        return "body", (yield Ask())

    assert engine.run(engine.with_handlers([inner, outer], body())) == "stored"
    gc.collect()
    assert engine.run(engine.Resume(kept.pop(), 1)) == ("inner", ("body", 1))


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_of_another_continuation_on_another_vm(engine, Ask, Tell, name):
    """The effect is performed at the perform site of the other one, under these outer handlers."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @engine.do
    def other():
        return "other", (yield Ask())

    assert engine.run(engine.WithHandler(storing, other())) == "stored"

    def handing_over(effect, k):
        return (yield getattr(engine, name)(Tell("moved"), kept.pop()))

    handlers = [handing_over, answering(engine, "here")]
    program = engine.with_handlers(handlers, Ask())
    assert engine.VM().run(program) == ("other", ("here", "moved"))


@pytest.mark.parametrize("name", TAILS)
def test_rule_16_of_another_continuation_without_an_outer_handler(engine, Ask, Tell, name):
    """It is unhandled at the perform site of the other one; the own k is not used by it."""
    kept = {}

    def storing(effect, k):
        kept["other"] = k
        return "stored"
        yield

    @engine.do
    def other():
        try:
            yield Ask()
        except engine.UnhandledEffect as error:
            return repr(error.effect)

    def handing_over(effect, k):
        kept["own"] = k
        return (yield getattr(engine, name)(Tell("nobody"), kept.pop("other")))

    @engine.do
    def own():
        return "own", (yield Ask())

    @engine.do
    def program():
        yield engine.WithHandler(storing, other())
        answer = yield engine.WithHandler(handing_over, own())
        assert not kept["own"].used
        return answer, (yield engine.Resume(kept["own"], 2))

    assert engine.run(program()) == ("Tell('nobody')", ("own", 2))


@pytest.mark.parametrize("place", ["program", "body", "installed", "resumed"])
def test_rule_16_outside_a_clause_it_is_refused(engine, Ask, place):
    texts = []

    @engine.do
    def refused():
        for primitive in (engine.Delegate(), engine.Pass(), engine.Delegate(Ask(), 3)):
            try:
                yield primitive
            except RuntimeError as error:
                texts.append(str(error))
        return "went on"

    def installing(effect, k):
        result = yield engine.WithHandler(answering(engine, "x"), refused())
        return (yield engine.Resume(k, result))

    def resuming(effect, k):
        return (yield engine.Resume(k))

    @engine.do
    def resumed():
        yield Ask()
        return (yield refused())

    program = {
        "program": refused(),
        "body": engine.WithHandler(resuming, refused()),
        "installed": engine.WithHandler(installing, Ask()),
        "resumed": engine.WithHandler(resuming, resumed()),
    }[place]
    assert engine.run(program) == "went on"
    assert texts == [
        "Delegate works only in a handler's clause",
        "Pass works only in a handler's clause",
        "Delegate works only in a handler's clause",
    ]


# Rule 17


@pytest.mark.parametrize("depth", [1, 2, 300])
def test_rule_17_answers_as_values_through_many_handlers(engine, Ask, depth):
    def adding(effect, k):
        answer = yield effect
        return (yield engine.Resume(k, answer + 1))

    def outermost(effect, k):
        return engine.Resume(k, effect.value)

    handlers = [adding] * depth
    assert engine.run(engine.with_handlers([*handlers, outermost], Ask(0))) == depth


def test_rule_17_the_outer_clause_ends_before_the_performer_goes_on(engine, Ask):
    """Other than with Delegate, what the outer handler resumes is the inner clause."""
    log = []

    def outer(effect, k):
        result = yield engine.Resume(k, 1)
        log.append("outer clause ends")
        return result

    def performing(effect, k):
        answer = yield effect
        log.append(f"inner got {answer}")
        result = yield engine.Resume(k, answer)
        log.append("inner clause ends")
        return result

    @engine.do
    def body():
        log.append(f"body got {(yield Ask())}")

    engine.run(engine.with_handlers([performing, outer], body()))
    assert log == ["inner got 1", "body got 1", "inner clause ends", "outer clause ends"]


def test_rule_17_the_traceback_of_a_failing_outer_handler(engine, Ask):
    """The clause performed, so its frame is the perform site; then the performer's."""

    @engine.do
    def performer():
        yield Ask()

    def performing(effect, k):
        return (yield engine.Resume(k, (yield effect)))

    def failing(effect, k):
        raise ValueError("outer")

    error = failure(engine, engine.with_handlers([performing, failing], performer()))
    assert functions(engine, error) == ["caller", "performer", "performing", "failing"]
