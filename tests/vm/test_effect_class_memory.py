"""`@effect` on the VM: nothing is left behind or freed twice, and no stack is too small."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import sys
import warnings
import weakref
from typing import Any

import pytest
from doeff_vm import EffectBase, Resume, WithHandler, do, effect, run

SENTINEL = object()
ROUNDS = 300
ATTEMPTS = 5
"""A leak shows in each of them, what a cache takes until it is full does not."""


@effect
class Fetch(EffectBase):
    url: Any
    retries: Any = SENTINEL


@effect
class Ping:
    pass


@effect
class Wide:
    a: Any
    b: Any
    c: Any
    d: Any
    e: Any
    f: Any
    g: Any
    h: Any
    i: Any


@effect
class Checked:
    x: Any

    def __post_init__(self):
        if self.x is None:
            raise ValueError


@effect
class Final:
    x: Any

    def __del__(self):
        pass


class Loose(Fetch):
    pass


class Slotted(Fetch):
    __slots__ = ("extra",)


def loose():
    one = Loose(SENTINEL)
    one.extra = SENTINEL
    return one


def slotted():
    one = Slotted(SENTINEL)
    one.extra = SENTINEL
    return one


def ring(make):
    held: list[Any] = [SENTINEL]
    held.append(make(held))


def new_class():
    @effect
    class Local(Fetch):
        more: Any = SENTINEL

        def method(self):
            return super().method()

    Local(1)


def changed():
    Fetch.attribute = SENTINEL
    Fetch(SENTINEL)
    del Fetch.attribute


@do
def performing():
    first = yield Fetch(SENTINEL)
    second = yield Ping()
    return first, second


def answering(value, k):
    return Resume(k, value)


LIVES = {
    "by position": lambda: Fetch(SENTINEL, SENTINEL),
    "default": lambda: Fetch(SENTINEL),
    "by name": lambda: Fetch(retries=SENTINEL, url=SENTINEL),
    "no fields": lambda: (Ping(), Ping()),
    "larger than what is kept": lambda: Wide(*[SENTINEL] * 9),
    "more than what is kept": lambda: [Fetch(SENTINEL) for _ in range(100)],
    "nested": lambda: Fetch(Fetch(Fetch(SENTINEL))),
    "without values": lambda: Fetch.__new__(Fetch),
    "too few": Fetch,
    "too many": lambda: Fetch(SENTINEL, SENTINEL, SENTINEL),
    "twice": lambda: Fetch(SENTINEL, url=SENTINEL),
    "unknown": lambda: Fetch(SENTINEL, **{"unknown": SENTINEL}),
    "post init": lambda: Checked(SENTINEL),
    "failing post init": lambda: Checked(None),
    "finalizer": lambda: Final(SENTINEL),
    "subclass": loose,
    "subclass with slots": slotted,
    "weakly": lambda: weakref.ref(Fetch(SENTINEL), id),
    "emptied": lambda: object.__delattr__(Fetch(SENTINEL), "url"),
    "set": lambda: object.__setattr__(Fetch(SENTINEL), "url", SENTINEL),
    "copied": lambda: copy.copy(Fetch(SENTINEL)),
    "pickled": lambda: pickle.loads(pickle.dumps(Fetch(1))),
    "shown": lambda: repr(Fetch(SENTINEL)),
    "hashed and compared": lambda: {Fetch(SENTINEL), Fetch(SENTINEL)},
    "cycle": lambda: ring(Fetch),
    "cycle of a subclass": lambda: ring(Loose),
    "cycle of many": lambda: ring(lambda held: Wide(*[held] * 9)),
    "cycle with a finalizer": lambda: ring(Final),
    "new class": new_class,
    "changed class": changed,
    "performed": lambda: run(WithHandler(answering, performing())),
}


def counts():
    """What must not grow; the collector has taken every cycle."""
    with warnings.catch_warnings():
        # Each change of a class leaves names in CPython's cache of lookups; 3.13 warns of it.
        warnings.simplefilter("ignore", DeprecationWarning)
        sys._clear_type_cache()
    gc.collect()
    return {
        "objects known to the collector": len(gc.get_objects()),
        "allocated blocks": sys.getallocatedblocks(),
        "references to the sentinel": sys.getrefcount(SENTINEL),
        "references to None": sys.getrefcount(None),
        **{
            f"references to {cls.__name__}": sys.getrefcount(cls)
            for cls in (Fetch, Ping, Wide, Checked, Final, Loose, Slotted)
        },
    }


@pytest.mark.parametrize("name", LIVES)
def test_nothing_is_left_behind(name):
    live = LIVES[name]

    def rounds(count):
        for _ in range(count):
            with contextlib.suppress(TypeError, ValueError):
                live()

    rounds(ROUNDS)
    counts()
    for _ in range(ATTEMPTS):
        before = counts()
        rounds(ROUNDS)
        after = counts()
        grown = {what: after[what] - before[what] for what in before}
        leaked = {what: count for what, count in grown.items() if abs(count) > ROUNDS // 10}
        if not leaked:
            return
    raise AssertionError(f"{name}: grown in {ROUNDS} rounds: {leaked}")


@pytest.mark.parametrize("name", LIVES)
def test_collecting_at_every_allocation(name):
    threshold = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(20):
            with contextlib.suppress(TypeError, ValueError):
                LIVES[name]()
    finally:
        gc.set_threshold(*threshold)


class Ring(list[Any]):
    """What closes a cycle, and is watched."""


CYCLES = {
    "first field": lambda held: Fetch(held, None),
    "second field": lambda held: Fetch(None, held),
    "both fields": lambda held: Fetch(held, held),
    "many fields": lambda held: Wide(*[held] * 9),
    "constructed by Python": Checked,
    "with a finalizer": Final,
    "subclass": Loose,
    "subclass with slots": Slotted,
    "nested": lambda held: Fetch(Fetch(Loose(held))),
}


@pytest.mark.parametrize("name", CYCLES)
def test_rule_23_a_cycle_is_collected(name):
    gc.collect()
    gc.disable()
    try:
        held = Ring()
        one = CYCLES[name](held)
        held.append(one)
        watched = weakref.ref(held), weakref.ref(one)
        gc.collect()
        assert watched[0]() is held
        assert watched[1]() is one
        del held, one
        assert watched[0]() is not None
        gc.collect()
        assert [reference() for reference in watched] == [None, None]
    finally:
        gc.enable()


DEFINITIONS = """
from dataclasses import dataclass
from doeff_vm import effect

@effect
class Fetch:
    inner: object
    more: object = None

@effect
class Wide:
    a: object
    b: object
    c: object
    d: object
    e: object
    f: object
    g: object
    h: object
    inner: object

@effect
class Checked:
    inner: object

    def __post_init__(self):
        pass

class Loose(Fetch):
    pass

class Slotted(Fetch):
    __slots__ = ("extra",)

@effect
class Final:
    inner: object

    def __del__(self):
        ended.append(None)

ended = []
"""

CHAINS = {
    "effects": "Fetch",
    "the other field": "lambda inner: Fetch(None, inner)",
    "both fields": "lambda inner: Fetch(inner, inner)",
    "large ones": "lambda inner: Wide(*[None] * 8, inner)",
    "constructed by Python": "Checked",
    "with a finalizer": "Final",
    "of two classes": "lambda inner: Fetch(Wide(*[None] * 8, inner))",
    "in programs": "lambda inner: WithHandler(None, Fetch(Resume(None, inner)))",
    "in tuples and lists": "lambda inner: Fetch((inner,), [inner])",
    "with a subclass in between": "lambda inner: Fetch(Fetch(Fetch(Loose(inner))))",
}


@pytest.mark.parametrize("name", CHAINS)
def test_rule_24_dropping_a_million_nested_effects(isolated, name):
    isolated(
        f"""{DEFINITIONS}
def test():
    wrap = {CHAINS[name]}
    value = None
    for _ in range(N):
        value = wrap(value)
    del value
    assert len(ended) in (0, N)
    ended.clear()

test()
on_a_small_stack(test)
"""
    )


@pytest.mark.usefixtures("cpython_drops_long_chains")  # half of the way is CPython's
@pytest.mark.parametrize("name", ["Loose", "Slotted"])
def test_rule_24_dropping_a_million_nested_effects_of_a_subclass(isolated, name):
    isolated(
        f"""{DEFINITIONS}
def test():
    value = None
    for _ in range(N):
        value = {name}(value)
        value.extra = value.inner
    del value

test()
on_a_small_stack(test)
"""
    )


def test_rule_24_the_collector_takes_a_million_nested_effects(isolated):
    isolated(
        f"""{DEFINITIONS}
def test():
    ring = []
    value = ring
    for _ in range(N):
        value = Fetch(value)
    ring.append(value)
    del ring, value
    gc.collect()

on_a_small_stack(test)
"""
    )


def test_a_million_nested_effects_are_not_shown_compared_or_hashed(isolated):
    isolated(
        f"""{DEFINITIONS}
import pickle

def nested():
    value = None
    for _ in range(N):
        value = Fetch(value)
    return value

one, other = nested(), nested()
for use in (lambda: one == other, lambda: hash(one), lambda: repr(one), lambda: pickle.dumps(one)):
    try:
        use()
    except RecursionError:
        continue
    raise AssertionError
"""
    )
