"""Rules 18, 26 and 30: machines and threads."""

from __future__ import annotations

import contextvars
import threading
import time

import pytest
from doeff_vm import (
    VM,
    Ask,
    ContinuationConsumed,
    EffectBase,
    Get,
    Put,
    Resume,
    ResumeContinuation,
    TypedHandler,
    WithHandler,
    do,
    reader,
    run,
    state,
)


class Tick(EffectBase):
    def __init__(self, value=None):
        self.value = value


class Other(EffectBase):
    pass


def answer(effect, k):
    return (yield Resume(k, effect.value))


def in_thread(function, *args):
    """The result of `function` on a thread of its own."""
    results = []

    def target():
        try:
            results.append((function(*args), None))
        except BaseException as error:
            results.append((None, error))

    thread = threading.Thread(target=target)
    thread.start()
    thread.join(60)
    [(value, error)] = results
    if error is not None:
        raise error
    return value


def test_rule_26_a_vm_serves_one_thread_at_a_time():
    vm = VM()

    @do
    def body():
        with pytest.raises(RuntimeError, match="this VM is running a program on another thread"):
            in_thread(vm.run, Tick())
        return (yield Get("key"))

    assert vm.run(body(), state={"key": 3}) == 3
    assert in_thread(vm.run, Get("key"), (), None, {"key": 4}) == 4


def test_rule_26_a_vm_can_be_used_again_after_an_error():
    vm = VM()
    for _ in range(3):
        with pytest.raises(RuntimeError, match="no handler accepts"):
            vm.run(Tick())
    assert in_thread(vm.run, Get("key"), (), None, {"key": 4}) == 4


def test_rule_26_a_run_inside_a_run_is_independent():
    vm = VM()

    @do
    def inner():
        return (yield Get("key"))

    @do
    def outer():
        before = yield Get("key")
        inside = vm.run(inner(), state={"key": "inner"})
        with pytest.raises(RuntimeError, match="no handler accepts"):
            vm.run(inner())
        yield Put("key", "changed")
        return before, inside, (yield Get("key"))

    assert vm.run(outer(), state={"key": "outer"}) == ("outer", "inner", "changed")


def test_rule_26_machines_in_threads_do_not_interfere():
    @do
    def counting(n):
        for _ in range(n):
            yield Put("n", (yield Get("n")) + (yield Tick(1)))
        return (yield Get("n"))

    def work(n):
        return VM().run(counting(n), handlers=[TypedHandler(answer, Tick)], state={"n": 0})

    results = {}

    def target(n):
        results[n] = work(n)

    threads = [threading.Thread(target=target, args=(n,)) for n in range(3_000, 3_008)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {n: n for n in range(3_000, 3_008)}


def test_rule_18_one_of_two_threads_gets_the_continuation():
    for _ in range(50):
        kept = []

        def storing(effect, k, kept=kept):
            kept.append(k)
            return None
            yield

        @do
        def body():
            return (yield Tick())

        run(WithHandler(storing, body()))
        outcomes = []
        barrier = threading.Barrier(2)

        def use(k=kept[0], outcomes=outcomes, barrier=barrier):
            barrier.wait(10)
            try:
                outcomes.append(run(ResumeContinuation(k, "answer")))
            except ContinuationConsumed:
                outcomes.append("consumed")

        threads = [threading.Thread(target=use) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(outcomes) == ["answer", "consumed"]


def test_rule_18_a_continuation_moves_to_another_thread_with_its_store():
    kept = []

    def storing(effect, k):
        kept.append((k, threading.get_ident()))
        return None
        yield

    @do
    def body():
        yield Put("where", threading.get_ident())
        yield Tick()
        return (yield Get("where")), threading.get_ident()

    store = state()
    run(WithHandler(storing, WithHandler(store, body())))
    [(k, here)] = kept
    before, after = in_thread(run, Resume(k))
    assert before == here
    assert after != here
    assert store.items() == {"where": here}


def test_rule_26_code_runs_in_the_context_of_its_run():
    variable = contextvars.ContextVar("variable", default="unset")

    @do
    def body():
        before = variable.get()
        variable.set("set by the program")
        yield Tick()
        return before, variable.get()

    context = contextvars.copy_context()
    context.run(variable.set, "outer")
    assert context.run(run, WithHandler(answer, body())) == ("outer", "set by the program")
    assert context[variable] == "set by the program"
    assert variable.get() == "unset"


MANY = 400_000


def under_many(program, number=MANY):
    """The program under so many prompts that a search takes a while."""
    for _ in range(number):
        program = WithHandler(answer, program, effects=Other)
    return WithHandler(answer, program)


class Phase:
    """Whether the program is at its searches, and at which."""

    searching = False
    search = 0


@do
def searching(seconds):
    Phase.searching = True
    until = time.monotonic() + seconds
    searches = 0
    while time.monotonic() < until:
        yield Tick()
        searches += 1
    Phase.searching = False
    return searches


@do
def asking(seconds):
    Phase.searching = True
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield Ask("missing", None)
        Phase.search += 1
    Phase.searching = False


def under_readers(program, number):
    for _ in range(number):
        program = WithHandler(reader(), program)
    return program


@do
def searches_take(number):
    began = time.thread_time()
    for _ in range(number):
        yield Ask("missing", None)
    return time.thread_time() - began


def readers_for(seconds):
    """How many readers an `Ask` passes in this time of the processor, about."""
    searches = 5
    elapsed = run(under_readers(searches_take(searches), MANY))
    return max(MANY, int(MANY * seconds * searches / elapsed))


@pytest.mark.parametrize("gil", ["strict", "adaptive"])
def test_rule_30_another_thread_gets_on_during_a_long_stretch_of_native_steps(gil):
    """Each `Ask` passes so many readers that it takes about 60 ms, without any bytecode."""
    program = under_readers(asking(1.0), readers_for(0.06))
    Phase.search = 0
    counted = 0
    stop = threading.Event()

    def count():
        nonlocal counted
        while not stop.is_set():
            if Phase.searching:
                counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        VM(gil=gil).run(program)
    finally:
        stop.set()
        thread.join(30)
    # If it had to wait for the end of each, it would count once between one and the next.
    assert counted > 3 * Phase.search


@pytest.mark.parametrize("gil", ["strict", "adaptive"])
def test_rule_30_classes_come_and_go_during_a_search(gil):
    """What the search reads of effect types is its own copy."""
    program = under_many(searching(1.0))
    stop = threading.Event()
    answers = set()

    def churn():
        while not stop.is_set():
            made = type("Made", (Tick,), {})
            sub = type("Sub", (made,), {})
            answers.add(run(WithHandler(answer, sub(5), effects=made)))
        answers.add("stopped")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        assert VM(gil=gil).run(program) > 0
    finally:
        stop.set()
        thread.join(30)
    # An error on the thread would keep it from getting there.
    assert answers == {5, "stopped"}


def test_rule_30_a_strict_vm_gets_its_share_beside_a_thread_that_computes():
    """Each step gives the lock up; a thread that takes it keeps it for thousands of steps' time.

    How often a thread is quick enough to take it depends on the processor's mood, hence the rounds.
    """
    ours, theirs = 0.0, []
    for _ in range(15):
        began, over = [], []

        def compute(began=began, over=over):
            count = 0
            began.append(time.thread_time())
            while not over:
                count += 1
            theirs.append(time.thread_time() - began[0])

        program = under_many(Tick(1), 20_000)
        thread = threading.Thread(target=compute)
        thread.start()
        while not began:
            time.sleep(0.001)
        before = time.thread_time()
        try:
            assert VM(gil="strict").run(program) == 1
        finally:
            ours += time.thread_time() - before
            over.append(True)
            thread.join(30)
    # About a half; with a whole switch interval of theirs after each step it would be a hundredth.
    assert ours / (ours + sum(theirs)) > 0.15


def test_rule_30_a_strict_vm_runs_every_program():
    @do
    def body():
        values = []
        for index in range(200):
            values.append((yield Tick(index)))
            yield Put("n", index)
        return values, (yield Get("n"))

    expected = (list(range(200)), 199)
    handlers = [TypedHandler(answer, Tick)]
    assert VM(gil="strict").run(body(), handlers=handlers, state={}) == expected
