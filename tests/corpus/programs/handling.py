"""Performing and handling: which handler gets an effect, and where its clause runs."""

from __future__ import annotations

import functools
from abc import ABCMeta

from .registry import program

# Rule 6: the nearest handler that accepts


@program(rule=6, answer=("inner", "outer"))
def the_nearest_handler_gets_the_effect(m, Op):
    """Of two handlers around the perform site the inner one answers."""

    def named(name):
        def handler(effect, k):
            return (yield m.Resume(k, name))

        return handler

    @m.do
    def inner_body():
        return (yield Op())

    @m.do
    def outer_body():
        inner = yield m.WithHandler(named("inner"), inner_body())
        return inner, (yield Op())

    return m.WithHandler(named("outer"), outer_body())


@program(rule=6, answer=("outer", "inner", "inner"), log=["Op", "SubOp"])
def a_typed_handler_is_passed_over_for_other_types(m, log, Op, SubOp, Other):
    """It is not even called; its types and their subclasses reach it."""

    def outer(effect, k):
        return (yield m.Resume(k, "outer"))

    def inner(effect, k):
        log.append(type(effect).__name__)
        return (yield m.Resume(k, "inner"))

    @m.do
    def body():
        return (yield Other()), (yield Op()), (yield SubOp())

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=Op))


@program(rule=6, answer=["inner", "inner", "outer"])
def effects_may_be_a_tuple_and_a_base_is_not_its_subclass(m, Op, SubOp, Other):
    """A handler for SubOp and Other does not get a plain Op."""

    def outer(effect, k):
        return m.Resume(k, "outer")

    def inner(effect, k):
        return m.Resume(k, "inner")

    @m.do
    def body():
        return [(yield SubOp()), (yield Other()), (yield Op())]

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=(SubOp, Other)))


@program(rule=6, answer=["outer", "inner"])
def the_mro_decides_not_isinstance(m, Op):
    """A class that is only registered with an abstract base is no subclass of it."""

    class Abstract(m.EffectBase, metaclass=ABCMeta):
        pass

    class Real(Abstract):
        pass

    Abstract.register(Op)
    assert isinstance(Op(), Abstract)

    def outer(effect, k):
        return m.Resume(k, "outer")

    def inner(effect, k):
        return m.Resume(k, "inner")

    @m.do
    def body():
        return [(yield Op()), (yield Real())]

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=Abstract))


@program(
    rule=6,
    answer="went on",
    log=[
        "effects=(<class 'int'>,) is not a subclass of EffectBase or a non-empty tuple of them",
        "effects=() is not a subclass of EffectBase or a non-empty tuple of them",
        "effects=<class 'str'> is not a subclass of EffectBase or a non-empty tuple of them",
        "effects=3 is not a subclass of EffectBase or a non-empty tuple of them",
    ],
)
def impossible_effects_are_refused_at_the_yield(m, log):
    """WithHandler's constructor checks nothing; the TypeError comes where it is yielded."""

    def unused(effect, k):
        yield

    for effects in ((int,), (), str, 3):
        installing = m.WithHandler(unused, m.Pure(), effects=effects)
        try:
            yield installing
        except TypeError as error:
            log.append(str(error))
    return "went on"


# Rule 7: the clause runs outside its own prompt


@program(rule=7, answer=["body", "inner got outer"], log=["inner", "outer"])
def a_clause_performing_the_effect_it_handles(m, log, Op):
    """A busy handler never sees its own effects: the outer handler gets them."""

    def outer(effect, k):
        log.append("outer")
        return (yield m.Resume(k, "outer"))

    def inner(effect, k):
        log.append("inner")
        got = yield Op()
        return (yield m.Resume(k, f"inner got {got}"))

    @m.do
    def body():
        return ["body", (yield Op())]

    return m.WithHandler(outer, m.WithHandler(inner, body()))


@program(
    rule=7,
    answer="caught in the clause",
    log=["no handler accepts Op(2); no handlers in scope"],
)
def a_clause_performing_the_effect_it_handles_with_nobody_outside(m, log, Op):
    """For the clause its effect is unhandled, at its own yield."""

    def handler(effect, k):
        try:
            yield Op(2)
        except m.UnhandledEffect as error:
            log.append(str(error))
        return (yield m.Resume(k, "caught in the clause"))

    return m.WithHandler(handler, Op(1))


@program(rule=7, answer=["outer", "own", "outer"])
def a_handler_installed_inside_a_clause(m, Op):
    """It gets the clause's effects while it is installed, and is gone afterwards."""

    def named(name):
        def handler(effect, k):
            return (yield m.Resume(k, name))

        return handler

    def clause(effect, k):
        before = yield Op()
        inside = yield m.WithHandler(named("own"), Op())
        after = yield Op()
        return (yield m.Resume(k, [before, inside, after]))

    return m.WithHandler(named("outer"), m.WithHandler(clause, Op()))


@program(rule=7, answer=("inner", "clause's own"))
def a_handler_installed_inside_a_clause_around_its_resume(m, Op, Other):
    """The body keeps its own handlers inside; what they do not accept reaches the clause's."""

    def inner(effect, k):
        return (yield m.Resume(k, "inner"))

    def own(effect, k):
        return (yield m.Resume(k, "clause's own"))

    def clause(effect, k):
        return (yield m.WithHandler(own, m.Resume(k)))

    @m.do
    def body():
        yield Other("captured here")
        inside = yield m.WithHandler(inner, Op(), effects=Op)
        return inside, (yield Op())

    return m.WithHandler(clause, body(), effects=Other)


@program(
    rule=7,
    answer="middle got outer",
    log=["middle", "outer"],
)
def busy_handlers_exclude_themselves_and_those_inside_them(m, log, Op, Other):
    """The effect of the middle clause goes neither to the middle nor to the inner handler."""

    def outer(effect, k):
        log.append("outer")
        return (yield m.Resume(k, "outer"))

    def middle(effect, k):
        log.append("middle")
        got = yield Op()
        return (yield m.Resume(k, f"middle got {got}"))

    def inner(effect, k):
        log.append("inner")
        return (yield m.Resume(k, "inner"))

    handled = m.WithHandler(inner, Other(), effects=Op)
    return m.with_handlers([middle, outer], handled)


@program(rule=7, answer=120, log=[5, 4, 3, 2, 1, 0])
def recursion_through_a_handler(m, log, Op):
    """Each clause performs the next effect under a prompt of the same handler."""

    def factorial(effect, k):
        n = effect.value
        log.append(n)
        below = 1 if n == 0 else (yield m.WithHandler(factorial, Op(n - 1)))
        return (yield m.Resume(k, max(n, 1) * below))

    return m.WithHandler(factorial, Op(5))


@program(rule=7, answer=["again", "again", 0])
def a_handler_is_free_again_once_its_body_goes_on(m, Op):
    """While its first clause waits, the same handler answers the next effect of the body."""

    def handler(effect, k):
        if effect.value == 0:
            return (yield m.Resume(k, 0))
        return ["again", *(yield m.Resume(k, effect.value - 1))]

    @m.do
    def body():
        n = 2
        while n:
            n = yield Op(n)
        return [n]

    return m.WithHandler(handler, body())


# Rule 9: everything is dispatched


@program(rule=9, answer=("intercepted", None), state={"b": 2})
def a_user_handler_intercepts_built_in_effects(m, st):
    """A handler for Get inside the state handler answers in its place; Put goes on to it."""

    def intercepting(effect, k):
        return (yield m.Resume(k, "intercepted"))

    @m.do
    def body():
        put = yield m.Put("b", 2)
        return (yield m.Get("b")), put

    return m.WithHandler(st, m.WithHandler(intercepting, body(), effects=m.Get))


@program(
    rule=9,
    answer=["Get", "Put", "Modify", "Ask", "Local", "Tell", "Listen"],
)
def built_in_effects_are_unhandled_without_their_handlers(m):
    """Nothing is installed unless the program asks for it."""
    performed = [
        m.Get("x"),
        m.Put("x", 1),
        m.Modify("x", len),
        m.Ask("x", "default"),
        m.Local({}, m.Pure()),
        m.Tell("x"),
        m.Listen(m.Pure()),
    ]
    names = []
    for effect in performed:
        try:
            yield effect
        except m.UnhandledEffect as error:
            assert error.effect is effect
            names.append(type(effect).__name__)
    return names


@program(rule=9, answer=(None, 1), log=["Put", "Get"], state={"a": 1})
def an_untyped_user_handler_sees_built_in_effects_and_passes_them_on(m, log, st):
    """The state handler further out answers the performer."""

    def seeing(effect, k):
        log.append(type(effect).__name__)
        yield m.Pass()

    @m.do
    def body():
        return (yield m.Put("a", 1)), (yield m.Get("a"))

    return m.with_handlers([seeing, st], body())


@program(
    rule=9, raises=("UnhandledEffect", "no handler accepts Get(key='x'); no handlers in scope")
)
def a_built_in_effect_outside_its_handler(m):
    """Where the state handler was left, its effects are unhandled."""
    yield m.WithHandler(m.state({"x": 1}), m.Get("x"))
    yield m.Get("x")


@program(rule=9, answer=[("Put", "a", 1), ("Get", "a"), ("Tell", "x")])
def a_user_handler_may_be_the_only_handler_of_built_in_effects(m):
    """Built-in effects are effects like any other, with their parameters as attributes."""

    def recording(effect, k):
        name = type(effect).__name__
        shown = {
            "Put": lambda: (name, effect.key, effect.value),
            "Get": lambda: (name, effect.key),
            "Tell": lambda: (name, effect.entry),
        }[name]()
        rest = yield m.Resume(k)
        return [shown, *rest]

    @m.do
    def body():
        yield m.Put("a", 1)
        yield m.Get("a")
        yield m.Tell("x")
        return []

    return m.WithHandler(recording, body())


# Rule 10: unhandled effects


@program(
    rule=10,
    answer="went on",
    log=[
        "no handler accepts Other(1); handlers in scope: {here}.inner, {here}.outer "
        "(innermost first)"
    ],
)
def an_unhandled_effect_is_thrown_at_the_perform_site(m, log, Op, Other):
    """The message names the effect and the handlers in scope; the program may go on."""

    def inner(effect, k):
        yield

    def outer(effect, k):
        yield

    @m.do
    def body():
        effect = Other(1)
        try:
            yield effect
        except m.UnhandledEffect as error:
            assert error.effect is effect
            log.append(str(error))
        return "went on"

    return m.WithHandler(outer, m.WithHandler(inner, body(), effects=Op), effects=Op)


@program(
    rule=10, raises=("UnhandledEffect", "no handler accepts Op('alone'); no handlers in scope")
)
def an_unhandled_effect_without_any_handler(m, Op):
    """The run ends with the error where nobody catches it."""
    return Op("alone")


@program(
    rule=10,
    answer="answered after all",
    log=["no handler accepts Other(2); handlers in scope: {here}.outer (innermost first)"],
)
def an_unhandled_effect_of_a_clause_names_the_handlers_outside(m, log, Op, Other):
    """A clause has only the handlers around its prompt in scope."""

    def outer(effect, k):
        yield

    def inner(effect, k):
        try:
            yield Other(2)
        except m.UnhandledEffect as error:
            log.append(str(error))
        return (yield m.Resume(k, "answered after all"))

    return m.WithHandler(outer, m.WithHandler(inner, Op()), effects=Op)


@program(rule=10, answer=("fallback", "handled"))
def an_unhandled_effect_inside_a_prompt_leaves_the_prompt_in_place(m, Op, Other):
    """After the error the same handlers answer."""

    def handler(effect, k):
        return (yield m.Resume(k, "handled"))

    @m.do
    def body():
        try:
            first = yield Other()
        except m.UnhandledEffect:
            first = "fallback"
        return first, (yield Op())

    return m.WithHandler(handler, body(), effects=Op)


# Rule 8: what a handler call may return (handlers themselves; clauses are in `clauses`)


@program(rule=8, answer=["object", "method", "partial", "do"])
def handlers_of_every_kind(m, Op):
    """A handler is any callable: an object, a bound method, a partial, a @do function."""

    class Answering:
        def __init__(self, value):
            self.value = value

        def __call__(self, effect, k):
            return (yield m.Resume(k, self.value))

        def method(self, effect, k):
            return (yield m.Resume(k, self.value))

    def named(name, effect, k):
        return (yield m.Resume(k, name))

    @m.do
    def clause(effect, k):
        return (yield m.Resume(k, "do"))

    handlers = [
        Answering("object"),
        Answering("method").method,
        functools.partial(named, "partial"),
        clause,
    ]
    answers = []
    for handler in handlers:
        answers.append((yield m.WithHandler(handler, Op())))
    return answers


@program(
    rule=8,
    raises=(
        TypeError,
        "handler 3 of type 'int' is not callable; expected a function (effect, k)",
    ),
)
def a_handler_that_is_not_callable(m):
    """It is refused where it is installed, though no effect is performed."""
    yield m.WithHandler(3, m.Pure())
