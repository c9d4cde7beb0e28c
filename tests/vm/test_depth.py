"""Rules 3 and 24: a million levels, run, failed, captured and dropped, on a small native stack."""

from __future__ import annotations

import pytest

RECURSION = """
resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))

@do
def count(n):
    if n == 0:
        return bottom()
    return 1 + (yield count(n - 1))

def bottom():
    return 0
"""


def test_rule_03_a_million_nested_programs_on_4_gib(isolated):
    isolated(RECURSION + "on_a_small_stack(lambda: run(count(N)))\nassert run(count(N)) == N\n")


def test_rule_03_a_million_nested_programs_by_yield_from(isolated):
    isolated(RECURSION.replace("(yield count", "(yield from count") + "assert run(count(N)) == N\n")


def test_rule_03_an_error_unwinds_a_million_programs(isolated):
    isolated(
        RECURSION
        + """
def bottom():
    raise ValueError("bottom")

def failing():
    try:
        run(count(N))
    except ValueError as error:
        assert error.args == ("bottom",)
        depth = 0
        traceback = error.__traceback__
        while traceback is not None:
            depth += 1
            traceback = traceback.tb_next
        assert depth == N + 3, depth
    else:
        raise AssertionError

failing()
"""
    )


CAPTURED = """
closed = 0

@do
def deep(n):
    global closed
    if n == 0:
        return (yield Ask())
    try:
        return 1 + (yield deep(n - 1))
    finally:
        closed += 1

def resuming(effect, k):
    return (yield Resume(k, 0))

def abandoning(effect, k):
    return "abandoned"
    yield

kept = []

def storing(effect, k):
    kept.append(k)
    return "stored"
    yield

def closing(effect, k):
    k.close()
    return "closed"
    yield
"""


@pytest.mark.parametrize(
    "act",
    [
        "assert run(WithHandler(resuming, deep(N))) == N",
        "assert run(WithHandler(abandoning, deep(N))) == 'abandoned'",
        "run(WithHandler(storing, deep(N))); kept.clear()",
        "run(WithHandler(storing, deep(N))); assert run(Resume(kept.pop(), 0)) == N",
        "run(WithHandler(closing, deep(N)))",
        "run(WithHandler(storing, deep(N))); loop = [kept.pop()]; loop.append(loop); del loop\n"
        "    gc.collect()",
    ],
    ids=["resumed", "abandoned", "dropped", "resumed later", "closed", "collected"],
)
def test_rule_24_a_million_captured_frames(isolated, act):
    isolated(
        f"{CAPTURED}\ndef test():\n    {act}\n    assert closed == N, closed\n\n"
        "on_a_small_stack(test)\n"
    )


VALUES = {
    "WithHandler": "lambda inner: WithHandler(None, inner)",
    "handler": "lambda inner: WithHandler(inner, None)",
    "effects": "lambda inner: WithHandler(None, None, inner)",
    "Resume": "lambda inner: Resume(None, inner)",
    "Resume k": "lambda inner: Resume(inner)",
    "Transfer": "lambda inner: Transfer(None, inner)",
    "Pass": "lambda inner: Pass(inner)",
    "Pass k": "lambda inner: Pass(None, inner)",
    "Pure": "Pure",
    "call": "do(lambda argument: None)",
    "keyword": "lambda inner: function(argument=inner)",
    "function": "lambda inner: do(closure(inner))",
    "effect": "Ask",
    "mixed": "lambda inner: Pure([WithHandler(None, Resume(None, (inner,)))])",
    "iterator": "lambda inner: iter(Pure(inner))",
    "ResumeThrow": "lambda inner: ResumeThrow(None, inner)",
    "Delegate": "Delegate",
    "CreateContinuation": "lambda inner: CreateContinuation(inner, [inner])",
    "TailCall": "TailCall",
    "Safe": "Safe",
    "Local": "lambda inner: Local({}, inner)",
    "Local bindings": "lambda inner: Local({'inner': inner}, None)",
    "Listen": "Listen",
    "Put": "lambda inner: Put(None, inner)",
    "TypedHandler": "lambda inner: TypedHandler(inner, ())",
    "Ok": "Ok",
    "Err": "Err",
    "state": "lambda inner: state({'inner': inner})",
    "reader": "lambda inner: reader({'inner': inner})",
    "Callable": "doeff_vm.Callable",
    "IRStream": "doeff_vm.IRStream",
    "HandlerSpec": "lambda inner: doeff_vm.HandlerSpec(None, inner, (), None)",
    "BindOpener": "lambda inner: doeff_vm.BindOpener(inner, inner)",
    "BindOpener by type": "lambda inner: doeff_vm.BindOpener(None, None, inner)",
    "doeff's call": "lambda inner: make_call((inner,), {})",
    "Expand": "doeff_vm.Expand",
    "streams of functions": "lambda inner: doeff_vm.IRStream(Pure(doeff_vm.Callable(inner)))",
    "WithObserve": "lambda inner: doeff_vm.WithObserve(inner, None)",
    "unstarted continuation": "lambda inner: run(CreateContinuation(Pure(inner), []))",
}


@pytest.mark.parametrize("name", VALUES)
def test_rule_24_dropping_a_million_nested_values(isolated, name, request):
    if name == "effect":  # instances of a Python class: their chain is half CPython's
        request.getfixturevalue("cpython_drops_long_chains")
    isolated(
        f"""
import doeff_vm

function = do(lambda argument: None)
make_call = doeff_vm.DoFunction(function, [], False).make_call

def closure(inner):
    return lambda: inner

def test():
    wrap = {VALUES[name]}
    value = None
    for _ in range(N):
        value = wrap(value)
    del value

test()
on_a_small_stack(test)
"""
    )


def test_rule_24_the_collector_takes_a_million_nested_values(isolated):
    isolated(
        """
def test():
    ring = []
    value = ring
    for _ in range(N):
        value = WithHandler(None, value)
    ring.append(value)
    del ring, value
    gc.collect()

on_a_small_stack(test)
"""
    )


SEGMENTS = """
class Tell(EffectBase):
    pass

def unused(effect, k):
    raise AssertionError

def resuming(effect, k):
    return (yield Resume(k, "value"))

def abandoning(effect, k):
    return "abandoned"
    yield

def nested():
    program = Ask()
    for _ in range(N):
        program = WithHandler(unused, program, effects=Tell)
    return program
"""


@pytest.mark.parametrize(
    "act",
    [
        "assert run(WithHandler(resuming, nested())) == 'value'",
        "assert run(WithHandler(abandoning, nested())) == 'abandoned'",
    ],
    ids=["resumed", "abandoned"],
)
def test_rule_24_a_million_prompts(isolated, act):
    isolated(f"{SEGMENTS}\ndef test():\n    {act}\n\ntest()\non_a_small_stack(test)\n")


def test_rule_24_an_unhandled_effect_in_a_million_prompts(isolated):
    isolated(
        SEGMENTS
        + """
from doeff_vm import UnhandledEffect

def test():
    try:
        run(nested())
    except UnhandledEffect as error:
        assert f"and {N - 10} more" in str(error)
    else:
        raise AssertionError

on_a_small_stack(test)
"""
    )


def test_rule_24_a_million_continuations_held_by_one_anothers_locals(isolated):
    isolated(
        """
closed = 0

def storing(effect, k):
    return k
    yield

@do
def body(held):
    global closed
    try:
        yield Ask()
    finally:
        closed += 1

@do
def build():
    chain = None
    for _ in range(N):
        chain = yield WithHandler(storing, body(chain))
    return chain

def test():
    global closed
    for drop in ("del", "close"):
        closed = 0
        chain = run(build())
        if drop == "close":
            chain.close()
        del chain
        assert closed == N, (drop, closed)

on_a_small_stack(test)
"""
    )


@pytest.mark.usefixtures("cpython_drops_long_chains")  # a traceback of a million entries
def test_rule_24_a_million_waiting_clauses(isolated):
    """Every clause waits for the body: the chain is resumed, failed and dropped."""
    isolated(
        """
closed = 0

def waiting(effect, k):
    global closed
    try:
        result = yield Resume(k, 1)
        return result
    finally:
        closed += 1

class Stop(EffectBase):
    pass

@do
def body(end):
    for _ in range(N):
        yield Ask()
    if end == "fail":
        raise ValueError
    if end == "stop":
        yield Stop()
    return "result"

def abandoning(effect, k):
    return "abandoned"
    yield

def test():
    global closed
    for end in ("return", "fail", "stop"):
        closed = 0
        program = WithHandler(waiting, body(end), effects=Ask)
        try:
            answer = run(WithHandler(abandoning, program, effects=Stop))
        except ValueError:
            answer = "failed"
        assert answer == {"return": "result", "fail": "failed", "stop": "abandoned"}[end]
        assert closed == N, (end, closed)

on_a_small_stack(test)
"""
    )


def test_rule_24_a_million_dispatches_that_wait_for_one_another(isolated):
    """Each clause performs for the next handler out, then the outermost abandons all."""
    isolated(
        """
N = 200_000
closed = 0

def outward(effect, k):
    global closed
    try:
        yield Ask(effect.value + 1)
    finally:
        closed += 1

def abandoning(effect, k):
    return effect.value
    yield

def test():
    program = Ask(0)
    for _ in range(N):
        program = WithHandler(outward, program)
    assert run(WithHandler(abandoning, program)) == N
    assert closed == N, closed

on_a_small_stack(test)
"""
    )
