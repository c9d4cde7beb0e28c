"""Rule 19: a clause's own continuation, and the handlers in scope."""

from __future__ import annotations

from .registry import program


@program(rule=19, answer=(True, True, "resumed"))
def get_continuation_gives_the_clauses_own_k(m, Op):
    """It is the very object, in the clause and in the programs that it calls."""

    @m.do
    def called():
        return (yield m.GetContinuation())

    def handler(effect, k):
        here = yield m.GetContinuation()
        below = yield called()
        return here is k, below is k, (yield m.Resume(below, "resumed"))

    return m.WithHandler(handler, Op())


@program(rule=19, answer=(True, True))
def get_continuation_after_k_is_used(m, Op):
    """The clause still has its k, used as it is."""

    def handler(effect, k):
        yield m.Resume(k)
        own = yield m.GetContinuation()
        return own is k, own.used

    return m.WithHandler(handler, Op())


@program(rule=19, answer="caught", log=["GetContinuation works only in a handler's clause"] * 2)
def get_continuation_outside_a_clause(m, log, Op):
    """Plain program code has none, nor has a program under a prompt that the clause installed."""

    @m.do
    def plain():
        try:
            yield m.GetContinuation()
        except RuntimeError as error:
            log.append(str(error))
        return "caught"

    def unused(effect, k):
        yield

    def handler(effect, k):
        return (yield m.WithHandler(unused, plain()))

    yield plain()
    return (yield m.WithHandler(handler, Op()))


@program(rule=19, answer=[[], ["outer"], ["inner", "outer"], []])
def get_handlers_in_plain_program_code(m):
    """Those in scope where it is yielded, innermost first."""

    def outer(effect, k):
        yield

    def inner(effect, k):
        yield

    @m.do
    def names():
        return [handler.__name__ for handler in (yield m.GetHandlers())]

    @m.do
    def body():
        return [(yield names()), (yield m.WithHandler(inner, names()))]

    before = yield names()
    inside = yield m.WithHandler(outer, body())
    return [before, *inside, (yield names())]


@program(
    rule=19,
    answer=[["innermost", "handler", "outer"], ["outer"]],
)
def get_handlers_before_and_after_k_is_used(m, Op, Other):
    """Before, those of the perform site, the clause's own included; after, those of the clause."""

    def outer(effect, k):
        yield

    def innermost(effect, k):
        yield

    @m.do
    def names():
        handlers = yield m.GetHandlers()
        return [getattr(found, "handler", found).__name__ for found in handlers]

    def handler(effect, k):
        before = yield names()
        yield m.Resume(k)
        after = yield names()
        return [before, after]

    body = m.WithHandler(innermost, Op(), effects=Other)
    return m.with_handlers([handler, outer], body)


@program(rule=19, answer=[["handler"], []])
def get_handlers_after_k_was_closed(m, Op):
    """Closing uses k too."""

    def handler(effect, k):
        before = yield m.GetHandlers()
        k.close()
        after = yield m.GetHandlers()
        return [[found.__name__ for found in before], after]

    return m.WithHandler(handler, Op())


@program(rule=19, answer=["installed", "outer"])
def get_handlers_under_a_prompt_that_the_clause_installed(m, Op):
    """That is plain program code: what counts is where it is yielded."""

    def outer(effect, k):
        yield

    def installed(effect, k):
        yield

    def handler(effect, k):
        found = yield m.WithHandler(installed, m.GetHandlers())
        return [each.__name__ for each in found]

    return m.with_handlers([handler, outer], Op())


@program(rule=19, answer=(True, True, True))
def a_handler_with_effects_is_listed_as_a_typed_handler(m, Op, Other):
    """It has the handler and the effects, and the types it was installed with."""

    def outer(effect, k):
        return m.Resume(k, "outer")

    def typed(effect, k):
        yield

    @m.do
    def body():
        first, second = yield m.GetHandlers()
        assert second is outer
        assert (yield Other()) == "outer"
        return type(first) is m.TypedHandler, first.handler is typed, first.effects is Op

    return m.WithHandler(outer, m.WithHandler(typed, body(), effects=Op))


@program(rule=19, answer=[["inner", "outer"], ["inner", "outer"]])
def handlers_in_scope_install_again_with_their_types(m, Op, Other):
    """A list of GetHandlers is what with_handlers takes."""

    def named(name):
        def handler(effect, k):
            return (yield m.Resume(k, name))

        return handler

    @m.do
    def asking():
        return [(yield Op()), (yield Other())]

    @m.do
    def body():
        return (yield asking()), (yield m.GetHandlers())

    inner = m.WithHandler(named("inner"), body(), effects=Op)
    first, handlers = yield m.WithHandler(named("outer"), inner)
    return [first, (yield m.with_handlers(handlers, asking()))]


@program(rule=19, answer=(1, 1, False))
def the_list_of_get_handlers_is_new_each_time(m):
    """Changing it changes nothing."""

    def handler(effect, k):
        yield

    @m.do
    def body():
        first = yield m.GetHandlers()
        length = len(first)
        first.clear()
        second = yield m.GetHandlers()
        return length, len(second), first is second

    return m.WithHandler(handler, body())


@program(rule=19, answer=[["ReaderHandler", "ReaderHandler"], ["WriterHandler", "WriterHandler"]])
def the_nested_handlers_of_local_and_listen_are_listed(m):
    """Inside, the nested handler is the innermost one, and installs again."""

    @m.do
    def names():
        return [type(found).__name__ for found in (yield m.GetHandlers())]

    local = yield m.WithHandler(m.reader({}), m.Local({"a": 1}, names()))
    listened, _ = yield m.WithHandler(m.writer(), m.Listen(names()))
    return [local, listened]


@program(rule=19, answer=[True, True, True, "TypedHandler"])
def built_in_handlers_are_listed_as_themselves(m):
    """Unless they were installed with effects=."""
    state, reader, writer = m.state(), m.reader({}), m.writer()

    @m.do
    def body():
        handlers = yield m.GetHandlers()
        wrapped = yield m.WithHandler(state, m.GetHandlers(), effects=m.Get)
        return [
            *(
                found is given
                for found, given in zip(handlers, (state, reader, writer), strict=True)
            ),
            type(wrapped[0]).__name__,
        ]

    return m.with_handlers([state, reader, writer], body())
