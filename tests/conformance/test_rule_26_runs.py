"""Rule 26: runs inside runs, on one VM or several, on one thread or several."""

from __future__ import annotations

import contextvars
import threading

import pytest

from .helpers import answering, failure, functions

BUSY = "this VM is running a program on another thread; use one VM per thread"


def in_thread(function):
    """What `function` returns or raises on another thread."""
    outcomes = []

    def target():
        try:
            outcomes.append(function())
        except BaseException as error:
            outcomes.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return outcomes.pop()


@pytest.fixture(params=["same", "another", "run"])
def runs(engine, request):
    """Two ways to run a program, one for the outer and one for the inner run."""
    vm = engine.VM()
    inner = {"same": vm.run, "another": engine.VM().run, "run": engine.run}[request.param]
    return vm.run, inner


def test_rule_26_a_run_inside_a_program(engine, Ask, runs):
    """Neither sees the other's handlers."""
    outer, inner = runs

    @engine.do
    def body():
        before = yield Ask(1)
        inside = inner(Ask(2), handlers=[answering(engine, "inner")])
        with pytest.raises(engine.UnhandledEffect):
            inner(Ask(3))
        return before, inside, (yield Ask(4))

    got = outer(body(), handlers=[answering(engine, "outer")])
    assert got == (("outer", 1), ("inner", 2), ("outer", 4))


def test_rule_26_a_run_inside_a_handler_call_and_its_clause(engine, Ask, runs):
    outer, inner = runs

    def handler(effect, k):
        first = inner(engine.Pure("call"))

        def clause():
            second = inner(engine.Pure("clause"))
            return (yield engine.Resume(k, (first, second)))

        return clause()

    assert outer(Ask(), handlers=[handler]) == ("call", "clause")


def test_rule_26_runs_nest(engine, runs):
    outer, inner = runs

    @engine.do
    def nested(n):
        yield engine.Pure()
        return n if n == 0 else 1 + inner(nested(n - 1))

    assert outer(nested(50)) == 50


def test_rule_26_an_error_of_an_inner_run(engine, Ask, runs):
    """It is an error of the plain function that ran it, and the outer run goes on."""
    outer, inner = runs

    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("inner")

    @engine.do
    def body():
        try:
            inner(failing())
        except ValueError as error:
            return str(error), (yield Ask(1))

    assert outer(body(), handlers=[answering(engine, "outer")]) == ("inner", ("outer", 1))


def test_rule_26_a_continuation_of_the_outer_run_is_used_in_an_inner_one(engine, Ask, runs):
    """The segments move; the inner run ends where the continuation's prompt did."""
    outer, inner = runs

    def handler(effect, k):
        if effect.value == "inner":
            result = inner(engine.Resume(k, "moved"))
            return engine.Pure(("clause", result))
        return engine.Resume(k, "handled there")

    @engine.do
    def body():
        return (yield Ask("inner")), (yield Ask("next"))

    assert outer(body(), handlers=[handler]) == ("clause", ("moved", "handled there"))


def test_rule_26_a_continuation_of_an_inner_run_is_used_in_the_outer_one(engine, Ask, runs):
    outer, inner = runs

    def storing(effect, k):
        return k
        yield

    @engine.do
    def inside():
        return "inside", (yield Ask())

    @engine.do
    def body():
        k = inner(inside(), handlers=[storing])
        return "outside", (yield engine.Resume(k, 1))

    assert outer(body()) == ("outside", ("inside", 1))


def test_rule_26_one_vm_on_two_threads_at_once(engine):
    """The second gets RuntimeError; the first is not disturbed, and later runs work."""
    vm = engine.VM()

    @engine.do
    def body():
        yield engine.Pure()
        error = in_thread(lambda: vm.run(engine.Pure("second")))
        return type(error), str(error)

    assert vm.run(body()) == (RuntimeError, BUSY)
    assert in_thread(lambda: vm.run(engine.Pure("later"))) == "later"
    assert vm.run(engine.Pure("again")) == "again"


def test_rule_26_a_busy_vm_refuses_a_raw_generator_too(engine):
    vm = engine.VM()

    def steps():
        return "result"
        yield

    @engine.do
    def body():
        yield engine.Pure()
        return str(in_thread(lambda: vm.start_with_generator(steps())))

    assert vm.run(body()) == BUSY
    assert vm.start_with_generator(steps()) == "result"


def test_rule_26_a_vm_is_free_after_an_error(engine):
    vm = engine.VM()

    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        vm.run(failing())
    assert in_thread(lambda: vm.run(engine.Pure("free"))) == "free"


def test_rule_26_two_vms_on_two_threads(engine, Ask):
    """Each performs and answers its own effects, in lockstep with the other."""
    barrier = threading.Barrier(2, timeout=30)

    def handler(effect, k):
        barrier.wait()
        return (yield engine.Resume(k, (threading.get_ident(), effect.value)))

    @engine.do
    def body(name):
        found = []
        for n in range(20):
            thread, value = yield Ask((name, n))
            assert thread == threading.get_ident()
            found.append(value)
        return found

    results = {}

    def target(name):
        results[name] = engine.VM().run(body(name), handlers=[handler])

    threads = [threading.Thread(target=target, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {name: [(name, n) for n in range(20)] for name in "ab"}


variable = contextvars.ContextVar("variable", default="outside")


def test_rule_26_code_runs_in_the_context_of_its_run(engine, Ask):
    """The program, the handler call and the clause; what they set stays set."""
    seen = []

    def handler(effect, k):
        seen.append(variable.get())

        def clause():
            seen.append(variable.get())
            variable.set("by the clause")
            return (yield engine.Resume(k, variable.get()))

        return clause()

    @engine.do
    def body():
        seen.append(variable.get())
        variable.set("by the body")
        got = yield Ask()
        return got, variable.get()

    context = contextvars.copy_context()
    context.run(variable.set, "of the context")
    got = context.run(engine.run, body(), handlers=[handler])
    assert got == ("by the clause", "by the clause")
    assert seen == ["of the context", "by the body", "by the body"]
    assert context[variable] == "by the clause"
    assert variable.get() == "outside"


def test_rule_26_a_resumed_continuation_runs_in_the_context_of_the_resumer(engine, Ask):
    """The context of the run that captured it does not come along."""

    def storing(effect, k):
        return k
        yield

    @engine.do
    def body():
        before = variable.get()
        yield Ask()
        return before, variable.get()

    first, second = contextvars.copy_context(), contextvars.copy_context()
    first.run(variable.set, "first")
    second.run(variable.set, "second")
    k = first.run(engine.run, engine.WithHandler(storing, body()))
    assert second.run(engine.run, engine.Resume(k)) == ("first", "second")


def test_rule_26_cleanup_runs_in_the_context_and_on_the_thread_that_closes(engine, Ask):
    def storing(effect, k):
        return k
        yield

    seen = []

    @engine.do
    def body():
        try:
            yield Ask()
        finally:
            seen.append((variable.get(), threading.get_ident()))

    k = engine.run(engine.WithHandler(storing, body()))
    context = contextvars.copy_context()
    context.run(variable.set, "closing")

    def closing():
        context.run(k.close)
        return threading.get_ident()

    assert seen == [("closing", in_thread(closing))]


def test_rule_26_the_traceback_through_an_inner_run(engine, runs):
    """The frames of both programs, and none of the engine's but `run` where that is in Python."""
    outer, inner = runs

    @engine.do
    def failing():
        yield engine.Pure()
        raise ValueError("inner")

    @engine.do
    def body():
        yield engine.Pure()
        inner(failing())

    error = failure(engine, body())
    names = [name for name in functions_without_runs(engine, error) if name != "run"]
    assert names == ["caller", "body", "failing"]
    with pytest.raises(ValueError, match="inner"):
        outer(body())


def functions_without_runs(engine, error):
    """The names of the functions in the traceback but for those of the runs in Python."""
    if engine.__name__ == "doeff_vm":
        return functions(engine, error)
    names = []
    step = error.__traceback__
    while step is not None:
        names.append(step.tb_frame.f_code.co_name)
        step = step.tb_next
    return names
