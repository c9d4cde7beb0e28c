"""Built-in handlers that are installed for some effects, or met in unusual places."""

from __future__ import annotations

from .registry import program


@program(rule=28, answer=["bound", "unhandled"])
def a_reader_that_is_installed_for_ask_alone(m):
    """`effects=` wins over what the handler would accept: Local is unhandled."""

    @m.do
    def body():
        found = [(yield m.Ask("a"))]
        try:
            yield m.Local({"a": "inner"}, m.Pure())
        except m.UnhandledEffect:
            return [*found, "unhandled"]

    return m.WithHandler(m.reader({"a": "bound"}), body(), effects=m.Ask)


@program(rule=28, answer=["inner", None, "outer"])
def a_state_that_is_installed_for_some_of_its_effects(m):
    """The others go to the state further out."""
    inner, outer = m.state({"a": "inner"}), m.state()

    @m.do
    def body():
        yield m.Put("a", "outer")
        return [(yield m.Get("a")), inner.items().get("b"), outer.items()["a"]]

    return m.with_handlers([m.TypedHandler(inner, (m.Get, m.Modify)), outer], body())


@program(rule=28, answer=("answered by outer", "stored"), state={"a": "stored"})
def a_state_that_is_installed_for_other_effects_passes_them_on(m, st, Op):
    """It is asked, and passes what it does not handle."""

    def outer(effect, k):
        return m.Resume(k, "answered by outer")

    @m.do
    def body():
        yield m.Put("a", "stored")
        return (yield Op()), (yield m.Get("a"))

    return m.WithHandler(outer, m.WithHandler(st, body(), effects=m.EffectBase))


@program(rule=28, answer=["innermost", "inner", "outer"], log=["Local"])
def the_nested_reader_answers_a_local_inside(m, log):
    """A handler around the outer Local does not see the inner one."""

    def between(effect, k):
        log.append(type(effect).__name__)
        yield m.Pass()

    @m.do
    def innermost():
        return [(yield m.Ask("a")), (yield m.Ask("b")), (yield m.Ask("c", "none"))]

    @m.do
    def inner():
        return (yield m.Local({"a": "innermost"}, innermost()))

    local = m.Local({"a": "hidden", "b": "inner", "c": "outer"}, inner())
    handlers = [m.TypedHandler(between, m.Local), m.reader({})]
    return m.with_handlers(handlers, local)


@program(rule=28, answer=[("inner", ["b"]), ["b"]], told=["b"], log=["Listen"])
def the_nested_writer_answers_a_listen_inside(m, log, wr):
    """A handler around the outer Listen does not see the inner one."""

    def between(effect, k):
        log.append(type(effect).__name__)
        yield m.Pass()

    @m.do
    def telling():
        yield m.Tell("b")
        return "inner"

    @m.do
    def inner():
        return (yield m.Listen(telling()))

    @m.do
    def body():
        return list((yield m.Listen(inner())))

    return m.with_handlers([m.TypedHandler(between, m.Listen), wr], body())


@program(rule=28, answer="performer: unhandled", state={})
def a_clause_outside_a_state_has_no_state(m, st, Op):
    """The clause runs outside of its prompt, and so outside of the state inside it."""

    def handler(effect, k):
        yield m.Put("a", 1)

    @m.do
    def body():
        try:
            yield Op()
        except m.UnhandledEffect as error:
            assert type(error.effect) is m.Put
            return "performer: unhandled"

    return m.WithHandler(handler, m.WithHandler(st, body()), effects=Op)


@program(rule=28, answer=("clause", "body"), state={"by": "body"}, log=["clause"])
def a_clause_inside_a_state_shares_it_with_the_body(m, log, st, Op):
    """Both perform under the same prompt of the state."""

    def handler(effect, k):
        yield m.Put("by", "clause")
        return (yield m.Resume(k))

    @m.do
    def body():
        yield Op()
        before = yield m.Get("by")
        log.append(before)
        yield m.Put("by", "body")
        return before, (yield m.Get("by"))

    return m.with_handlers([m.TypedHandler(handler, Op), st], body())


@program(rule=28, answer=["ValueError", "keys failed"], log=["outer"])
def a_local_whose_mapping_fails(m, log):
    """What the mapping raises is raised at the perform site."""

    class Failing:
        def keys(self):
            raise ValueError("keys failed")

        def __getitem__(self, key):
            return None

    @m.do
    def body():
        try:
            yield m.Local(Failing(), m.Pure())
        except ValueError as error:
            log.append((yield m.Ask("a")))
            return [type(error).__name__, str(error)]

    return m.WithHandler(m.reader({"a": "outer"}), body())


@program(rule=28, answer="failed", state={"n": "inner"})
def a_failing_modify_function_that_put(m, st):
    """What a run inside it put stays; the Modify itself stores nothing."""

    def f(old):
        m.run(m.WithHandler(st, m.Put("n", "inner")))
        raise ValueError("failed")

    @m.do
    def body():
        yield m.Put("n", "before")
        try:
            yield m.Modify("n", f)
        except ValueError as error:
            return str(error)

    return m.WithHandler(st, body())


@program(rule=19, answer=["ReaderHandler", "between", "ReaderHandler"])
def get_handlers_in_a_clause_of_an_effect_inside_a_local(m, Op):
    """The nested reader is part of the scope of the perform site."""

    def between(effect, k):
        handlers = yield m.GetHandlers()
        names = [getattr(found, "handler", found) for found in handlers]
        shown = [getattr(found, "__name__", type(found).__name__) for found in names]
        return (yield m.Resume(k, shown))

    handlers = [m.TypedHandler(between, Op), m.reader({})]
    return m.with_handlers(handlers, m.Local({}, Op()))


@program(rule=29, answer=["inner", "outer"], told=["outer entry"])
def a_scope_installed_again_by_its_list(m, wr):
    """GetHandlers inside Local and Listen gives handlers that work elsewhere, stores included."""
    found = []

    @m.do
    def inside():
        found.extend((yield m.GetHandlers()))
        return (yield m.Ask("a"))

    @m.do
    def elsewhere():
        yield m.Tell("outer entry")
        return [(yield m.Ask("a")), (yield m.Ask("b"))]

    handlers = [m.reader({"a": "outer", "b": "outer"}), wr]
    yield m.with_handlers(handlers, m.Local({"a": "inner"}, inside()))
    return (yield m.with_handlers(found, elsewhere()))


@program(rule=27, answer=(1, 1), log=[{}])
def the_items_of_a_failed_run_can_be_read(m, log):
    """Stores of a VM outlive runs that end with an error."""
    vm = m.VM()
    log.append(vm.stdlib().state.items())

    @m.do
    def failing():
        yield m.Put("n", 1)
        yield m.Tell("entry")
        raise ValueError

    handlers = [vm.stdlib().state, vm.stdlib().writer]
    try:
        vm.run(failing(), handlers=handlers)
    except ValueError:
        return m.Pure((vm.stdlib().state.items()["n"], len(vm.stdlib().writer.logs())))


@program(rule=22, answer="answer", log=["closing", "still closing", "consumed", "answered"])
def a_continuation_that_is_being_closed_is_used(m, log, Op):
    """Its cleanup can neither close nor resume it again."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        yield m.Pure()
        k.close()
        return "answer"

    @m.do
    def body():
        try:
            yield Op()
        finally:
            log.append("closing")
            kept[0].close()
            log.append("still closing")
            try:
                m.run(m.Resume(kept[0]))
            except m.ContinuationConsumed:
                log.append("consumed")

    answer = yield m.WithHandler(handler, body())
    log.append("answered")
    return answer


@program(rule=6, answer=["handler", "outer"])
def a_typed_handler_of_a_typed_handler(m, Op, Other):
    """The outer types count; the call goes through to the function."""

    def handler(effect, k):
        return m.Resume(k, "handler")

    def outer(effect, k):
        return m.Resume(k, "outer")

    nested = m.TypedHandler(m.TypedHandler(handler, Op), Other)

    @m.do
    def body():
        return [(yield Other()), (yield Op())]

    return m.with_handlers([nested, outer], body())


# Handler objects in user handlers


@program(rule=28, answer=(None, 1, 1, 3), state={"a": 3}, log=["Put", "Get", "Modify", "Get"])
def a_user_handler_answers_by_calling_a_state_handler(m, log, st):
    """The call gives the primitive that answers, which the handler returns."""

    def logging(effect, k):
        log.append(type(effect).__name__)
        return st(effect, k)

    @m.do
    def body():
        return (
            (yield m.Put("a", 1)),
            (yield m.Get("a")),
            (yield m.Modify("a", lambda a: a + 2)),
            (yield m.Get("a")),
        )

    return m.WithHandler(logging, body())


@program(rule=28, answer=["outer", "Op"], state={})
def a_state_handler_that_is_called_passes_on_other_effects(m, st, Op):
    """What it does not handle goes to the handlers further out."""

    def calling(effect, k):
        return st(effect, k)

    def outer(effect, k):
        return m.Resume(k, ["outer", type(effect).__name__])

    return m.with_handlers([calling, outer], Op())


@program(rule=28, answer=["clause", "failed", None], state={})
def a_clause_yields_what_a_state_handler_gives(m, st):
    """In a generator clause the primitive is yielded, an error of the operation included."""

    def clause(effect, k):
        result = yield st(effect, k)
        return ["clause", *result] if isinstance(effect, m.Modify) else result

    def f(old):
        raise ValueError("failed")

    @m.do
    def body():
        try:
            yield m.Modify("a", f)
        except ValueError as error:
            return [str(error), (yield m.Get("a"))]

    return m.WithHandler(clause, body())


@program(rule=28, answer=["TypeError", "TypeError"], state={})
def errors_of_a_called_state_handler_are_the_performers(m, st):
    """A key that cannot be hashed fails the operation, whoever calls the handler."""

    def calling(effect, k):
        return st(effect, k)

    @m.do
    def caught(effect):
        try:
            yield effect
        except TypeError as error:
            return type(error).__name__

    @m.do
    def body():
        return [(yield caught(m.Get([]))), (yield caught(m.Put([], 1)))]

    return m.WithHandler(calling, body())
