"""Debug output: a line for every step on standard error, and nothing of the program is touched."""

from __future__ import annotations

import re

import pytest
from doeff_vm import VM, DebugConfig, EffectBase, Get, Modify, Put, Resume, WithHandler, do


class Tick(EffectBase):
    """Refuses to be looked at."""

    def __repr__(self):
        raise AssertionError("debug output must not call this")

    __str__ = __hash__ = __eq__ = __repr__


def answer(effect, k):
    return (yield Resume(k, Tick()))


@do
def body():
    value = yield Tick()
    yield Put("key", value)
    yield Modify("key", lambda old: 1)
    return (yield Get("key"))


def lines_of(capfd, debug):
    vm = VM(debug=debug)
    store = vm.stdlib(env={"a": 1})
    program = WithHandler(store.reader, WithHandler(store.state, WithHandler(answer, body(), Tick)))
    assert vm.run(program) == 1
    lines = capfd.readouterr().err.splitlines()
    return vm, lines


def test_debug_prints_one_line_per_step(capfd):
    vm, lines = lines_of(capfd, True)
    assert vm.step_count == len(lines)
    numbers = [int(re.match(r"\[step (\d+)\] ", line)[1]) for line in lines]
    assert numbers == list(range(1, len(lines) + 1))
    assert any(line.endswith("HandleYield Perform Tick") for line in lines)
    assert any(line.endswith("HandleYield Perform Put") for line in lines)
    assert lines_of(capfd, DebugConfig())[1] == lines
    assert lines_of(capfd, DebugConfig("steps"))[1] == lines


def test_debug_is_silent_by_default(capfd):
    _, lines = lines_of(capfd, False)
    assert lines == []


def test_trace_adds_the_calls_and_their_outcomes(capfd):
    _, steps = lines_of(capfd, DebugConfig("steps"))
    _, lines = lines_of(capfd, DebugConfig("trace"))
    calls = [line for line in lines if "  call " in line]
    outcomes = [line for line in lines if "  outcome " in line]
    assert len(calls) == len(outcomes) > 0
    callbacks = [line for line in lines if "callback#" in line]
    assert len(callbacks) == 1
    assert [line for line in lines if line not in calls + outcomes + callbacks] == steps
    for call in ("GenSend", "CallHandler", "CallStdlib"):
        assert any(line.endswith(f"  call {call}") for line in calls)


@pytest.mark.parametrize(
    ("option", "pattern"),
    [
        ("show_frames", r" frames=segment#\d+:\d+(,segment#\d+/prompt#\d+:\d+)*(,running)?$"),
        ("show_dispatch", r" dispatch=(dispatch#\d+ )?in (a|no) clause$"),
        ("show_store", r" store=state:\d+,env:1,log:0$"),
    ],
)
def test_what_is_shown_is_a_choice(capfd, option, pattern):
    _, plain = lines_of(capfd, DebugConfig())
    _, lines = lines_of(capfd, DebugConfig(**{option: True}))
    assert all(re.search(pattern, line) for line in lines)
    assert [re.sub(pattern, "", line) for line in lines] == plain


def test_the_store_is_followed(capfd):
    _, lines = lines_of(capfd, DebugConfig(show_store=True))
    assert " store=state:0," in lines[0]
    assert " store=state:1," in lines[-1]


def test_clauses_and_prompts_come_and_go(capfd):
    _, lines = lines_of(capfd, DebugConfig(show_frames=True, show_dispatch=True))
    assert any("in a clause" in line for line in lines)
    assert max(line.count("prompt#") for line in lines) == 3
    assert "prompt#" not in lines[0]
