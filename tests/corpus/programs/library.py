"""Rule 29: shared and own stores, lists of handlers, `run`, `Safe`."""

from __future__ import annotations

from .registry import program


@program(rule=29, answer=(2, {"n": 2}, True))
def handlers_of_one_stdlib_share_the_store_of_the_vm(m):
    """Every call of `vm.stdlib()` gives the same three handlers; runs see what others left."""
    vm = m.VM()
    first, second = vm.stdlib(state={"n": 1}), vm.stdlib()
    same = (
        first.state is second.state
        and first.reader is second.reader
        and first.writer is second.writer
    )
    vm.run(m.Modify("n", lambda n: n + 1), handlers=[first.state])
    return m.Pure((vm.run(m.Get("n"), handlers=[second.state]), second.state.items(), same))


@program(rule=29, answer=({"a": 1, "b": 3}, {"x": 1, "y": 2}))
def stdlib_adds_its_arguments_to_the_store(m):
    """Later bindings of a key replace earlier ones; the others stay."""
    vm = m.VM()
    vm.stdlib(env={"x": 1}, state={"a": 1, "b": 2})
    stdlib = vm.stdlib(env={"y": 2}, state={"b": 3})
    return m.Pure((stdlib.state.items(), stdlib.reader.env()))


@program(rule=29, answer=({}, {"mine": 1}))
def two_vms_have_two_stores(m):
    """Handlers keep the store of their VM wherever they are installed."""
    first, second = m.VM(), m.VM()
    second.run(m.Put("mine", 1), handlers=[first.stdlib().state])
    return m.Pure((second.stdlib().state.items(), first.stdlib().state.items()))


@program(rule=29, answer=["inner", None], state={"outer": 1})
def of_nested_states_the_nearest_answers_alone(m, st):
    """A key that it lacks is missing, whatever the state further out has."""
    inner = m.state({"a": "inner"})

    @m.do
    def body():
        return [(yield m.Get("a")), (yield m.Get("outer"))]

    @m.do
    def outer():
        yield m.Put("outer", 1)
        return (yield m.WithHandler(inner, body()))

    return m.WithHandler(st, outer())


@program(rule=29, answer=["inner entry"], told=["outer entry"])
def of_nested_writers_the_nearest_answers_alone(m, wr):
    """It hears the entry, and the one further out does not."""
    inner = m.writer()

    @m.do
    def body():
        yield m.Tell("outer entry")
        yield m.WithHandler(inner, m.Tell("inner entry"))
        return inner.logs()

    return m.WithHandler(wr, body())


@program(rule=29, answer="abandoned", state={"n": "kept"}, told=["kept"])
def stores_are_not_rolled_back(m, st, wr, Op):
    """What an abandoned program put and told stays."""

    def abandoning(effect, k):
        return "abandoned"
        yield

    @m.do
    def body():
        yield m.Put("n", "kept")
        yield m.Tell("kept")
        yield Op()

    return m.with_handlers([m.TypedHandler(abandoning, Op), st, wr], body())


@program(rule=29, answer=[1, 2], state={"n": 2})
def a_state_handler_keeps_its_store_between_installations(m, st):
    """The store belongs to the handler object, not to the prompt."""

    @m.do
    def count():
        n = ((yield m.Get("n")) or 0) + 1
        yield m.Put("n", n)
        return n

    return [(yield m.WithHandler(st, count())), (yield m.WithHandler(st, count()))]


@program(rule=29, answer=["outermost", ["innermost", "body"]], log=["innermost", "outermost"])
def with_handlers_lists_handlers_innermost_first(m, log, Op):
    """The first of the list is nearest to the program."""

    def innermost(effect, k):
        log.append("innermost")
        return ["innermost", (yield m.Delegate())]

    def outermost(effect, k):
        log.append("outermost")
        return ["outermost", (yield m.Resume(k, "body"))]

    return m.with_handlers([innermost, outermost], Op())


@program(
    rule=29,
    answer=(True, True),
    log=[
        "with_handlers() needs a list or tuple of handlers, got 3 of type 'int'",
        "handler 4 of type 'int' is not callable; expected a function (effect, k)",
    ],
)
def with_handlers_of_nothing_and_of_something_else(m, log):
    """An empty list gives the program itself; handlers are checked where they are installed."""

    def unused(effect, k):
        yield

    program = m.Pure()
    try:
        m.with_handlers(3, program)
    except TypeError as error:
        log.append(str(error))
    installing = m.with_handlers((4,), program)
    try:
        yield installing
    except TypeError as error:
        log.append(str(error))
    return (
        m.with_handlers([], program) is program,
        type(m.with_handlers([unused], program)) is m.WithHandler,
    )


@program(
    rule=29,
    answer=["inner", "outer", "environment", "state"],
)
def run_installs_handlers_innermost_first_and_stores_outside(m, Op, Other):
    """The handlers' clauses can use the environment and the state."""

    def inner(effect, k):
        return m.Resume(k, "inner")

    def outer(effect, k):
        found = ["outer", (yield m.Ask("key")), (yield m.Get("key"))]
        return (yield m.Resume(k, found))

    @m.do
    def body():
        return [(yield Op()), *(yield Other())]

    return m.Pure(
        m.run(
            body(),
            handlers=[m.TypedHandler(inner, Op), outer],
            env={"key": "environment"},
            state={"key": "state"},
        )
    )


@program(rule=29, answer=["handler", "ReaderHandler", "StateHandler"])
def run_installs_nothing_else(m):
    """The handlers, a reader where env is given and a state where state is; no writer."""

    def handler(effect, k):
        yield

    @m.do
    def names():
        found = yield m.GetHandlers()
        return [getattr(each, "__name__", type(each).__name__) for each in found]

    assert m.run(names()) == []
    assert m.run(names(), env={}) == ["ReaderHandler"]
    assert m.run(names(), state={}) == ["StateHandler"]
    return m.Pure(m.run(names(), handlers=(handler,), env={}, state={}))


@program(
    rule=29,
    answer="all refused",
    log=[
        "run() needs a list or tuple of handlers, got 3 of type 'int'",
        "reader() needs a mapping, got 4 of type 'int'",
        "state() needs a mapping, got 5 of type 'int'",
        "6 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()",
        "handler 7 of type 'int' is not callable; expected a function (effect, k)",
        "state() needs a mapping, got 8 of type 'int'",
        "reader() needs a mapping, got 'ab' of type 'str'",
    ],
)
def arguments_of_run_are_checked_in_order(m, log):
    """Handlers, env, state, then the program; the functions that make handlers check alike."""
    for call in (
        lambda: m.run(6, handlers=3, env=4, state=5),
        lambda: m.run(6, env=4, state=5),
        lambda: m.run(6, state=5),
        lambda: m.run(6),
        lambda: m.run(m.Pure(), handlers=[7]),
        lambda: m.state(8),
        lambda: m.reader("ab"),
    ):
        try:
            call()
        except TypeError as error:
            log.append(str(error))
    return m.Pure("all refused")


@program(rule=29, answer=["run", "env", "state", {"k": "put"}])
def a_vm_runs_with_the_same_arguments(m, Op):
    """`VM().run` is `run`, on that VM; env and state get stores of their own."""

    def handler(effect, k):
        return m.Resume(k, "run")

    @m.do
    def body():
        found = [(yield Op()), (yield m.Ask("k")), (yield m.Get("k"))]
        yield m.Put("k", "put")
        reader, state = (yield m.GetHandlers())[-2:]
        assert reader.env() == {"k": "env"}
        return [*found, state.items()]

    vm = m.VM()
    got = vm.run(
        body(), handlers=[m.TypedHandler(handler, Op)], env={"k": "env"}, state={"k": "state"}
    )
    assert vm.stdlib().state.items() == {}
    return m.Pure(got)


# Safe


@program(rule=29, answer=[("Ok", 1), ("Ok", None), ("Err", "failed")])
def safe_gives_ok_or_err(m):
    """The value, or the very exception."""
    error = ValueError("failed")

    @m.do
    def failing():
        yield m.Pure()
        raise error

    first = yield m.Safe(m.Pure(1))
    second = yield m.Safe(m.Pure())
    third = yield m.Safe(failing())
    assert third.error is error
    return [
        (type(first).__name__, first.value),
        (type(second).__name__, second.value),
        (type(third).__name__, str(third.error)),
    ]


@program(rule=29, answer=["KeyboardInterrupt", "SystemExit", "GeneratorExit", "Mine"])
def safe_lets_base_exceptions_pass(m):
    """Err is for Exception only."""

    class Mine(BaseException):
        pass

    @m.do
    def failing(kind):
        yield m.Pure()
        raise kind

    names = []
    for kind in (KeyboardInterrupt, SystemExit, GeneratorExit, Mine):
        try:
            yield m.Safe(failing(kind))
        except BaseException as error:
            names.append(type(error).__name__)
    return names


@program(rule=29, answer="abandoned", log=["closed"])
def safe_of_an_abandoned_program_gives_nothing(m, log, Op):
    """It is skipped like everything else inside the prompt."""

    def abandoning(effect, k):
        return "abandoned"
        yield

    @m.do
    def inside():
        try:
            yield Op()
        finally:
            log.append("closed")

    @m.do
    def body():
        log.append((yield m.Safe(inside())))

    return m.WithHandler(abandoning, body())


@program(rule=29, answer=["failed operation", "after the resume", "unhandled", "start"])
def safe_catches_what_handlers_and_the_machine_raise(m, Op, Other):
    """A failed operation, a prompt's failing clause, UnhandledEffect, an error of the start."""

    def failing(effect, k):
        raise ValueError("failed operation")

    def failing_later(effect, k):
        yield m.Resume(k)
        raise ValueError("after the resume")

    @m.do
    def none():
        return "never"

    @m.do
    def body():
        first = yield m.Safe(Op())
        second = yield m.Safe(m.WithHandler(failing_later, Op()))
        third = yield m.Safe(Other())
        assert type(third.error) is m.UnhandledEffect
        fourth = yield m.Safe(none(1))
        assert type(fourth.error) is TypeError
        return [str(first.error), str(second.error), "unhandled", "start"]

    return m.WithHandler(failing, body(), effects=Op)


@program(
    rule=29,
    answer="refused",
    log=[
        "3 of type 'int' is not a program; expected a @do call, an effect (an EffectBase "
        "instance), a control primitive, Pure(value) or an object with to_generator()"
    ],
)
def safe_of_no_program_is_refused_at_the_yield(m, log):
    """That TypeError is the caller's mistake and not inside."""
    try:
        yield m.Safe(3)
    except TypeError as error:
        log.append(str(error))
        return "refused"


@program(rule=29, answer=("Ok", "later"), log=["stored"])
def safe_goes_with_a_continuation_captured_inside(m, log, Op):
    """Resumed later, the program still ends in its Ok."""
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    @m.do
    def inside():
        return (yield Op())

    log.append((yield m.WithHandler(storing, m.Safe(inside()))))
    result = yield m.Resume(kept.pop(), "later")
    return type(result).__name__, result.value


@program(rule=29, answer=("Err", "body"))
def safe_in_a_clause_around_its_resume(m, Op):
    """The body's exception comes out of the Resume, into the Safe around it."""

    def handler(effect, k):
        result = yield m.Safe(m.Resume(k))
        return type(result).__name__, str(result.error)

    @m.do
    def body():
        yield Op()
        raise ValueError("body")

    return m.WithHandler(handler, body())


@program(rule=29, answer=("thrown", "continued", "Ok"))
def safe_and_thrown_exceptions(m, Op):
    """An exception thrown into a Safe from outside ends it with Err, or is caught inside."""

    def handler(effect, k):
        return (yield m.ResumeThrow(k, ValueError(effect.value)))

    @m.do
    def catching():
        try:
            yield Op("caught")
        except ValueError:
            return "continued"

    @m.do
    def body():
        first = yield m.Safe(Op("thrown"))
        second = yield m.Safe(catching())
        return str(first.error), second.value, type(second).__name__

    return m.WithHandler(handler, body())


@program(rule=29, answer=[True, True, True, False, False])
def results_compare_hash_and_match(m):
    """Ok and Err are values: equal by class and field, hashable, matched by position."""
    error = ValueError()
    match m.Ok(1):
        case m.Ok(value):
            matched = value == 1
    return m.Pure(
        [
            matched,
            m.Ok([1]) == m.Ok([1]),
            {m.Ok(1), m.Ok(1), m.Err(error)} == {m.Ok(1), m.Err(error)},
            m.Ok(1) == m.Err(1),
            m.Ok(1) == 1,
        ]
    )
