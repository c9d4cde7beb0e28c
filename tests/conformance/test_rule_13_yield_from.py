"""Rule 13: what is around a `yield from` in tail position is looked at, too."""

from __future__ import annotations

import pytest


class Guard:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.log.append(kind and kind.__name__)
        return kind is ValueError


def by_except(engine, log):
    def clause(effect, k):
        try:
            return (yield from engine.Resume(k, 1))
        except ValueError:
            log.append("ValueError")
            return None

    return clause


def by_finally(engine, log):
    def clause(effect, k):
        try:
            return (yield from engine.Resume(k, 1))
        finally:
            log.append("finally")

    return clause


def by_with(engine, log):
    def clause(effect, k):
        with Guard(log):
            return (yield from engine.Resume(k, 1))

    return clause


def in_an_except_block(engine, log):
    def clause(effect, k):
        try:
            raise KeyError
        except KeyError:
            try:
                return (yield from engine.Resume(k, 1))
            except ValueError:
                log.append("ValueError")
                return None

    return clause


def in_a_loop(engine, log):
    def clause(effect, k):
        for _ in range(2):
            try:
                return (yield from engine.Resume(k, 1))
            except ValueError:
                log.append("ValueError")
                break

    return clause


CLAUSES = {
    by_except: ["ValueError"],
    by_finally: ["finally"],
    by_with: ["ValueError"],
    in_an_except_block: ["ValueError"],
    in_a_loop: ["ValueError"],
}


@pytest.mark.parametrize("make", CLAUSES, ids=lambda make: make.__name__)
def test_rule_13_a_try_around_a_yield_from_prevents_it(engine, Ask, make):
    log = []

    @engine.do
    def body():
        yield Ask()
        raise ValueError("failed")

    program = engine.WithHandler(make(engine, log), body())
    if make is by_finally:
        with pytest.raises(ValueError, match="failed"):
            engine.run(program)
    else:
        assert engine.run(program) is None
    assert log == CLAUSES[make]
