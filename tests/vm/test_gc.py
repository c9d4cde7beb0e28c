"""Rule 23: a cycle through any object of ours is found by the collector."""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import weakref

import doeff_vm
import pytest
from doeff_vm import (
    VM,
    Continuation,
    CreateContinuation,
    Delegate,
    EffectBase,
    Err,
    Get,
    Listen,
    Local,
    Modify,
    Ok,
    Pass,
    Pure,
    Put,
    Resume,
    ResumeContinuation,
    ResumeThrow,
    Safe,
    TailCall,
    Tell,
    Transfer,
    TransferThrow,
    TypedHandler,
    UnhandledEffect,
    WithHandler,
    do,
    reader,
    run,
    state,
    writer,
)


class Ring(list):
    """The part of a cycle that is watched; holds what closes it."""

    __hash__ = object.__hash__


class Ask(EffectBase):
    def __init__(self, value=None):
        self.value = value


def plain(*args, **kwargs):
    return args, kwargs


def decorated(ring):
    def function():
        return ring

    return do(function)


def with_attribute(ring):
    function = do(plain)
    function.ring = ring
    return function


def bound(ring):
    class Scope:
        @do
        def method(self):
            return None

    scope = Scope()
    scope.ring = ring
    return scope.method


def unhandled(ring):
    try:
        run(Ask(ring))
    except UnhandledEffect as error:
        return error


def stored(ring):
    """A continuation whose captured generator has `ring` among its locals."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return None
        yield

    @do
    def body(held):
        yield Ask()

    run(WithHandler(handler, body(ring)))
    return kept.pop()


def stored_by_handler(ring):
    """A continuation whose prompt's handler refers to `ring`."""

    def handler(effect, k):
        ring.append(k)
        return None
        yield

    run(WithHandler(handler, Ask()))
    return ring.pop()


def stored_with_clause(ring):
    """A continuation that holds a waiting clause, and with it that clause's own `k`."""
    kept = []

    class Tell(EffectBase):
        pass

    def inner(effect, k):
        held = ring  # noqa: F841
        yield Tell()

    def outer(effect, k):
        kept.append(k)
        return None
        yield

    run(WithHandler(outer, WithHandler(inner, Ask(), effects=Ask), effects=Tell))
    return kept.pop()


def used(ring):
    """A used continuation: it holds nothing."""
    kept = []

    def handler(effect, k):
        kept.append(k)
        return (yield Resume(k))

    run(WithHandler(handler, Ask(ring)))
    return kept.pop()


def told(ring):
    log = writer()
    run(Tell(ring), handlers=[log])
    return log


def with_py_store(ring):
    vm = VM()
    vm.py_store["ring"] = ring
    return vm


def with_store(ring):
    vm = VM()
    vm.stdlib(state={"ring": ring})
    return vm


class Holding:
    """A handler that holds something and stores its continuations there."""

    def __init__(self, ring):
        self.ring = ring

    def __call__(self, effect, k):
        self.ring.append(k)
        return Pure()


def stored_in(program):
    """The continuation of an `Ask` that the program performs under a reader and a writer."""
    kept = []
    run(program, handlers=[TypedHandler(Holding(kept), Ask), reader(), writer()])
    return kept.pop()


@do
def telling(ring):
    yield Tell(ring)
    yield Ask()


def node_with(node, name, ring):
    """A node with the ring in one of its fields."""
    return node(**dict.fromkeys(inspect.signature(node).parameters, None) | {name: ring})


NODES = (
    *(ResumeThrow, TransferThrow, ResumeContinuation, Delegate, CreateContinuation, TailCall, Safe),
    *(Get, Put, Modify, doeff_vm.Ask, Local, Tell, Listen, TypedHandler, Ok, Err),
)

do_plain = do(plain)

MAKERS = {
    "DoCall args": do_plain,
    "DoCall kwargs": lambda ring: do_plain(ring=ring),
    "DoCall function": lambda ring: decorated(ring)(),
    "DoFunction": decorated,
    "DoFunction attribute": with_attribute,
    "bound DoFunction": bound,
    "bound call": lambda ring: bound(ring)(),
    "Pure": Pure,
    "WithHandler handler": lambda ring: WithHandler(ring, None),
    "WithHandler program": lambda ring: WithHandler(None, ring),
    "WithHandler effects": lambda ring: WithHandler(None, None, ring),
    "Resume k": Resume,
    "Resume value": lambda ring: Resume(None, ring),
    "Transfer k": Transfer,
    "Transfer value": lambda ring: Transfer(None, ring),
    "Pass effect": Pass,
    "Pass k": lambda ring: Pass(None, ring),
    "effect": Ask,
    "iterator": lambda ring: iter(Pure(ring)),
    "iterator of an effect": lambda ring: iter(Ask(ring)),
    "UnhandledEffect": unhandled,
    "Continuation local": stored,
    "Continuation handler": stored_by_handler,
    "Continuation clause": stored_with_clause,
    "Continuation used": used,
    "state": lambda ring: state({"ring": ring}),
    "reader": lambda ring: reader({"ring": ring}),
    "writer": told,
    "VM's own dict": with_py_store,
    "VM's store": with_store,
    "Stdlib": lambda ring: with_store(ring).stdlib(),
    "unstarted program": lambda ring: run(CreateContinuation(Pure(ring))),
    "unstarted handler": lambda ring: run(CreateContinuation(Pure(), [Holding(ring)])),
    "Continuation in Local": lambda ring: stored_in(Local({"ring": ring}, Ask())),
    "Continuation in Listen": lambda ring: stored_in(Listen(telling(ring))),
    "Continuation in Safe": lambda ring: stored_in(Safe(Ask(ring))),
} | {
    f"{node.__name__} {name}": functools.partial(node_with, node, name)
    for node in NODES
    for name in inspect.signature(node).parameters
}


@pytest.mark.parametrize("name", MAKERS)
def test_rule_23_a_cycle_is_collected(name):
    make = MAKERS[name]
    gc.collect()
    gc.disable()
    try:
        ring = Ring()
        ring.append(make(ring))
        ring.append(ring[0])
        watched = weakref.ref(ring)
        del ring
        if name != "Continuation used":
            assert watched() is not None
        gc.collect()
        gc.collect()
        assert watched() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", MAKERS)
def test_rule_23_what_is_still_held_is_not_collected(name):
    ring = Ring()
    made = MAKERS[name](ring)
    ring.append(made)
    gc.collect()
    assert ring[0] is made
    if isinstance(made, Continuation):
        assert made.used is (name == "Continuation used")
    if name == "Pure":
        assert made.value is ring
    ring.clear()


@pytest.mark.parametrize("name", MAKERS)
def test_rule_23_is_found_without_a_reference_count_of_ours(name):
    """Each object names exactly what it holds: the collector sees the ring from it."""
    ring = Ring()
    made = MAKERS[name](ring)
    if name == "Continuation used":
        return
    seen = set()
    pending = [made]
    while pending:
        item = pending.pop()
        if id(item) in seen or item is vars(doeff_vm) or isinstance(item, type):
            continue
        seen.add(id(item))
        if item is ring:
            return
        pending.extend(gc.get_referents(item))
    raise AssertionError(f"the collector cannot see what {name} holds")


def test_rule_23_a_generator_local_that_refers_to_its_own_continuation():
    log = []

    class Holder:
        k = None

    holders = []

    @do
    def body():
        holder = Holder()
        holders.append(weakref.ref(holder))
        try:
            yield Ask(holder)
        finally:
            log.append("closed")

    def handler(effect, k):
        effect.value.k = k
        return "abandoned"
        yield

    gc.disable()
    try:
        for _ in range(10):
            assert run(WithHandler(handler, body())) == "abandoned"
        assert log == []
        gc.collect()
        assert log == ["closed"] * 10
        gc.collect()
        assert [holder() for holder in holders] == [None] * 10
        assert log == ["closed"] * 10
    finally:
        gc.enable()


def test_rule_23_cleanup_that_brings_the_cycle_back_to_life():
    saved = []

    class Holder:
        k = None

    @do
    def body():
        holder = Holder()
        try:
            yield Ask(holder)
        finally:
            saved.append(holder)

    def handler(effect, k):
        effect.value.k = k
        return None
        yield

    run(WithHandler(handler, body()))
    gc.collect()
    (holder,) = saved
    assert holder.k.used
    with pytest.raises(doeff_vm.ContinuationConsumed):
        run(Resume(holder.k))
    saved.clear()
    del holder
    gc.collect()


def test_rule_23_a_cycle_of_two_continuations():
    log = []
    kept = []

    @do
    def body(name, held):
        try:
            yield Ask()
        finally:
            log.append(name)

    def handler(effect, k):
        kept.append(k)
        return None
        yield

    first, second = [], []
    run(WithHandler(handler, body("first", second)))
    run(WithHandler(handler, body("second", first)))
    first.append(kept.pop(0))
    second.append(kept.pop(0))
    del first, second
    gc.collect()
    assert sorted(log) == ["first", "second"]


def test_rule_23_collecting_at_every_allocation_while_running():
    def resuming(effect, k):
        value = yield Pure(effect.value)
        result = yield Resume(k, value)
        return [result]

    def tail(effect, k):
        gc.collect(0)
        return (yield Resume(k, effect.value))

    def transferring(effect, k):
        gc.collect()
        yield Transfer(k, effect.value)

    @do
    def inner(n):
        return (yield Ask(n)) + (yield Pure(1))

    @do
    def body():
        total = 0
        for n in range(20):
            total += yield inner(n)
        return total

    threshold = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for handler in (tail, transferring):
            assert run(WithHandler(handler, body())) == sum(range(21))
        nested = run(WithHandler(resuming, body()))
        for _ in range(20):
            (nested,) = nested
        assert nested == sum(range(21))
    finally:
        gc.set_threshold(*threshold)


def test_rule_23_looking_at_every_object_while_running():
    seen = []

    def handler(effect, k):
        for item in gc.get_objects():
            gc.get_referents(item)
        # A continuation is shown as soon as its clause goes on to something else than using it.
        yield nothing()
        seen.append(any(isinstance(item, Continuation) for item in gc.get_objects()))
        return (yield Resume(k, gc.get_referrers(k) is not None))

    @do
    def nothing():
        return None

    @do
    def body():
        return (yield Ask()), (yield Ask())

    assert run(WithHandler(handler, body())) == (True, True)
    assert seen == [True, True]


@pytest.mark.parametrize("name", sorted(doeff_vm.__all__))
def test_rule_23_an_object_that_was_never_filled_in_is_harmless(name):
    cls = getattr(doeff_vm, name)
    if not isinstance(cls, type):
        return
    try:
        made = cls.__new__(cls)
    except TypeError:
        return
    repr(made)
    gc.get_referents(made)
    gc.collect()
    with contextlib.suppress(TypeError, RuntimeError):
        run(made)
