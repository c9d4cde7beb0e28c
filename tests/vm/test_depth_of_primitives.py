"""Rules 3, 22 and 24 for the control primitives and built-in effects: a million deep, or in a row,
on a small native stack."""

from __future__ import annotations

import pytest

PROGRAMS = """
class Tick(EffectBase):
    pass

@do
def counting(n):
    if n:
        yield TailCall(counting(n - 1))
    return "end"

@do
def returning(n):
    return (yield TailCall(counting(n)))

def nest(wrap, program=Pure(0)):
    for _ in range(N):
        program = wrap(program)
    return program

def resuming_error(effect, k):
    try:
        return (yield ResumeThrow(k, ValueError()))
    finally:
        pass

@do
def catching(n):
    for _ in range(n):
        try:
            yield Tick()
        except ValueError:
            pass
    return n

@do
def asking_deep(n):
    if n == 0:
        return (yield doeff_vm.Ask("key"))
    return (yield asking_deep(n - 1))

def throwing(effect, k):
    yield TransferThrow(k, ValueError())

def delegating(effect, k):
    return (yield Delegate())

def answering(effect, k):
    return (yield Resume(k, 1))

def restarting(effect, k):
    fresh = yield CreateContinuation(Resume(k), [answering])
    yield Transfer(fresh)
"""

ACTS = {
    "tail calls": "assert run(counting(N)) == 'end'",
    "a tail call that is returned": "assert run(returning(N)) == 'end'",
    "a tail call in a clause": (
        "assert run(WithHandler(lambda effect, k: counting(N), Tick())) == 'end'"
    ),
    "Safe in Safe": (
        "value = run(nest(Safe))\n    for _ in range(N): value = value.value\n    assert value == 0"
    ),
    "Local in Local": "assert run(nest(lambda inner: Local({}, inner)), env={}) == 0",
    "Listen in Listen": (
        "value = run(nest(Listen), handlers=[writer()])\n"
        "    for _ in range(N): value = value[0]\n"
        "    assert value == 0"
    ),
    "an Ask past a million readers": (
        "program = nest(lambda inner: Local({}, inner), doeff_vm.Ask('key'))\n"
        "    assert run(program, env={'key': 5}) == 5"
    ),
    "a missing key past a million readers": (
        "program = nest(lambda inner: Local({}, inner), doeff_vm.Ask('key', 6))\n"
        "    assert run(program, env={}) == 6"
    ),
    "an Ask a million programs deep": "assert run(asking_deep(N), env={'key': 7}) == 7",
    "TransferThrow in a row": "assert run(WithHandler(throwing, catching(N))) == N",
    "ResumeThrow, with as many clauses waiting": (
        "assert run(WithHandler(resuming_error, catching(N))) == N"
    ),
    "a Delegate past a thousand handlers": (
        "program = with_handlers([delegating] * 1_000, Tick())\n"
        "    assert run(WithHandler(answering, program)) == 1"
    ),
    "unstarted continuations in a row": "assert run(WithHandler(restarting, catching(N))) == N",
    "a program under a million handlers": (
        "program = with_handlers([answering] * N, Tick())\n    assert run(program) == 1"
    ),
    "run under a million handlers": "assert run(Tick(), handlers=[answering] * N) == 1",
}


@pytest.mark.parametrize("name", ACTS)
def test_rule_24_depth_is_bounded_by_memory_alone(isolated, name):
    isolated(
        f"import doeff_vm\n{PROGRAMS}\ndef test():\n    {ACTS[name]}\n\non_a_small_stack(test)\n"
    )


CONSTANT = {
    "Get and Put": "yield Put('n', index); assert (yield Get('n')) == index",
    "Modify": "yield Modify('n', lambda old: index)",
    "Ask": "yield doeff_vm.Ask('key')",
    "tail calls": "yield leaf_by_tail_call()",
    "TransferThrow": "try:\n            yield Tick()\n        except ValueError:\n            pass",
    "Local": "yield Local({'key': 2}, doeff_vm.Ask('key'))",
    "Listen": "yield Listen(Pure())",
    "Safe": "yield Safe(Pure())",
}


@pytest.mark.parametrize("name", CONSTANT)
def test_rule_13_a_long_row_takes_no_memory(isolated, name):
    isolated(
        f"""
import doeff_vm
{PROGRAMS}
@do
def leaf():
    return 1

@do
def leaf_by_tail_call():
    yield TailCall(leaf())

@do
def body(n):
    for index in range(n):
        {CONSTANT[name]}

def measure(n):
    run(
        body(n),
        handlers=[TypedHandler(throwing, Tick), writer()],
        env={{"key": 1}},
        state={{}},
    )

measure(10_000)
before = peak()
measure(300_000)
assert peak() - before < 4 * 2**20, peak() - before
"""
    )
