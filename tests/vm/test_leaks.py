"""Nothing is left behind by a run, however it ends: reference counts and objects are stable."""

from __future__ import annotations

import contextlib
import gc
import sys

import pytest
from doeff_vm import (
    ContinuationConsumed,
    EffectBase,
    Pass,
    Pure,
    Resume,
    Transfer,
    UnhandledEffect,
    WithHandler,
    do,
    run,
)

SENTINEL = object()
ROUNDS = 200

ATTEMPTS = 5
"""A leak shows in each of them, what a cache takes until it is full does not."""


class Ask(EffectBase):
    def __init__(self, value=None):
        self.value = value


class Tell(Ask):
    pass


SHARED = Ask(SENTINEL)
"""An effect that is performed again and again: its count must not move either."""


@do
def asking(value):
    first = yield Ask(value)
    second = yield SHARED
    return first, second


@do
def deep(n, value):
    if n == 0:
        return (yield Ask(value))
    return (yield deep(n - 1, value))


@do
def failing(value):
    yield Ask(value)
    raise ValueError(value)


@do
def catching(program):
    try:
        return (yield program)
    except Exception as error:
        return type(error)


@do
def plain(*args, **kwargs):
    return args, kwargs


def tail(effect, k):
    return (yield Resume(k, effect.value))


def tail_from(effect, k):
    return (yield from Resume(k, effect.value))


def waiting(effect, k):
    result = yield Resume(k, effect.value)
    return [result]


def returned(effect, k):
    return Resume(k, effect.value)


def transferring(effect, k):
    yield Transfer(k, effect.value)


def transferring_with_cleanup(effect, k):
    try:
        yield Transfer(k, effect.value)
    finally:
        effect = None


def failed_transfer(effect, k):
    try:
        yield Transfer(k, effect.value)
    finally:
        raise ValueError


def passing(effect, k):
    yield Pass()


def replacing(effect, k):
    yield Pass(Tell(effect.value), k)


def abandoning(effect, k):
    return effect.value
    yield


def answering(effect, k):
    return Pure(effect.value)


def closing(effect, k):
    k.close()
    return effect.value
    yield


def failing_at_once(effect, k):
    raise ValueError(effect)


def failing_clause(effect, k):
    raise ValueError(effect)
    yield


def failing_late(effect, k):
    yield Resume(k, effect.value)
    raise ValueError(effect)


def twice(effect, k):
    yield Resume(k, effect.value)
    yield Resume(k, effect.value)


def wrong(effect, k):
    return 3


def forgetful(effect, k):
    return Resume(k, effect.value)
    yield


def cyclic(effect, k):
    ring = [k, effect]
    ring.append(ring)
    return ring
    yield


def stored():
    kept = []

    def storing(effect, k):
        kept.append(k)
        return "stored"
        yield

    run(WithHandler(storing, asking(SENTINEL)))
    return kept.pop()


class Object:
    def to_generator(self):
        return (yield Ask(SENTINEL))


def body():
    return asking(SENTINEL)


ENDINGS = {
    "tail": lambda: run(WithHandler(tail, body())),
    "tail by yield from": lambda: run(WithHandler(tail_from, body())),
    "waiting": lambda: run(WithHandler(waiting, body())),
    "returned": lambda: run(WithHandler(returned, body())),
    "do handler": lambda: run(WithHandler(do(tail), body())),
    "transfer": lambda: run(WithHandler(transferring, body())),
    "transfer with cleanup": lambda: run(WithHandler(transferring_with_cleanup, body())),
    "failed transfer": lambda: run(WithHandler(failed_transfer, catching(body()))),
    "pass": lambda: run(WithHandler(tail, WithHandler(passing, body()))),
    "replaced": lambda: run(WithHandler(tail, WithHandler(replacing, body()))),
    "pass unhandled": lambda: run(WithHandler(passing, catching(body()))),
    "typed": lambda: run(WithHandler(tail, WithHandler(wrong, body(), effects=Tell))),
    "abandoned": lambda: run(WithHandler(abandoning, body())),
    "answered": lambda: run(WithHandler(answering, body())),
    "closed": lambda: run(WithHandler(closing, body())),
    "deep": lambda: run(WithHandler(tail, deep(20, SENTINEL))),
    "deep abandoned": lambda: run(WithHandler(abandoning, deep(20, SENTINEL))),
    "body fails": lambda: run(WithHandler(waiting, failing(SENTINEL))),
    "body fails, caught": lambda: run(catching(WithHandler(waiting, failing(SENTINEL)))),
    "handler fails": lambda: run(WithHandler(failing_at_once, body())),
    "clause fails": lambda: run(WithHandler(failing_clause, catching(body()))),
    "clause fails late": lambda: run(WithHandler(failing_late, body())),
    "second use": lambda: run(WithHandler(twice, body())),
    "second use, caught": lambda: run(catching(WithHandler(twice, body()))),
    "wrong return": lambda: run(WithHandler(wrong, body())),
    "forgotten yield": lambda: run(WithHandler(forgetful, catching(body()))),
    "unhandled": lambda: run(catching(body())),
    "unhandled outside": lambda: run(body()),
    "not a program": lambda: run([SENTINEL]),
    "not a handler": lambda: run(WithHandler(SENTINEL, body())),
    "bad effects": lambda: run(WithHandler(tail, body(), effects=(Ask, SENTINEL))),
    "wrong arguments": lambda: run(asking(SENTINEL, SENTINEL, key=SENTINEL)),
    "plain call": lambda: run(plain(SENTINEL, SENTINEL, key=SENTINEL)),
    "to_generator": lambda: run(WithHandler(tail, Object())),
    "stored and dropped": stored,
    "stored and resumed": lambda: run(WithHandler(tail, Resume(stored(), SENTINEL))),
    "stored and closed": lambda: stored().close(),
    "outside a clause": lambda: run(catching(Transfer(SENTINEL, SENTINEL))),
    "cycle": lambda: run(WithHandler(cyclic, body())),
    "only built": lambda: (body(), Resume(SENTINEL, SENTINEL), Pass(SENTINEL, SENTINEL)),
    "iterated": lambda: list(WithHandler(tail, Pure(SENTINEL))),
    "run in a run": lambda: run(
        WithHandler(lambda effect, k: plain(run(WithHandler(tail, body()))), body())
    ),
}

EXPECTED = (ContinuationConsumed, UnhandledEffect, TypeError, ValueError, RuntimeError)


def counts():
    """What must not grow; the collector has taken every cycle."""
    gc.collect()
    return {
        "objects known to the collector": len(gc.get_objects()),
        "allocated blocks": sys.getallocatedblocks(),
        "references to the sentinel": sys.getrefcount(SENTINEL),
        "references to the shared effect": sys.getrefcount(SHARED),
        "references to None": sys.getrefcount(None),
        "references to the handler": sys.getrefcount(tail),
        "references to the function": sys.getrefcount(asking.__wrapped__),
        "references to the decorated function": sys.getrefcount(asking),
        "references to the effect class": sys.getrefcount(Ask),
        "references to Resume": sys.getrefcount(Resume),
    }


@pytest.mark.parametrize("name", ENDINGS)
def test_nothing_is_left_behind(name):
    ending = ENDINGS[name]

    def rounds(count):
        for _ in range(count):
            with contextlib.suppress(*EXPECTED):
                ending()

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
    raise AssertionError(f"{name}: grown in {ROUNDS} runs: {leaked}")


def test_the_count_finds_a_leak():
    kept = []
    before = counts()
    for _ in range(ROUNDS):
        kept.append(plain(SENTINEL))
    after = counts()
    assert after["references to the sentinel"] - before["references to the sentinel"] == ROUNDS
    # Some of them come from free lists.
    assert after["allocated blocks"] - before["allocated blocks"] >= ROUNDS // 2
