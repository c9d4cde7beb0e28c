"""The texts for values in the place of programs."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from doeff_vm import Call, DoFunction, EffectBase, Pure
from doeff_vm._not_a_program import (
    handler_applied_as_a_program,
    program_shown,
    uncalled_do_function_call,
    yielded_not_a_program,
)


class Ask(EffectBase):
    pass


def marked(function):
    """The function in a wrapper with the mark that doeff's decorator leaves."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return Call(DoFunction(function, [], True), args, kwargs)

    wrapper.__doeff_generator_function__ = function
    return wrapper


@marked
def bare():
    yield


@marked
def required(a, b=1):
    yield


@marked
def optional(a=1, *args, b=2, **kwargs):
    yield


@marked
def keyword_only(*, a):
    yield


class Owner:
    @marked
    def method(self):
        yield


def plain() -> Iterator[None]:
    yield


class Marked:
    __doeff_generator_function__ = plain


@pytest.mark.parametrize(
    ("value", "call"),
    [
        (bare, "bare()"),
        (required, "required(...)"),
        (optional, "optional()"),
        (keyword_only, "keyword_only(...)"),
        (Owner.method, "method(...)"),
        (Owner().method, None),
        (functools.partial(bare), None),
        (Marked(), None),
        (plain, None),
        (bare(), None),
        (3, None),
    ],
)
def test_an_uncalled_do_function_is_told(value: object, call: str | None) -> None:
    assert uncalled_do_function_call(value) == call


def test_an_uncalled_do_function_is_called_as_the_caller_names_it() -> None:
    assert uncalled_do_function_call(required, name="module.main") == "module.main(...)"
    assert uncalled_do_function_call(plain, name="main") is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (bare(), "bare()"),
        (required(1), "required(...)"),
        (optional(b=1), "optional(...)"),
        (optional, "optional()"),
        (Owner().method(), "method(...)"),
        (Call(DoFunction(functools.partial(len), [], False), (), {}), "program"),
        (Pure(1), "program"),
        (Ask(), "program"),
        (3, "program"),
    ],
)
def test_a_program_is_shown_as_it_was_built(value: object, shown: str) -> None:
    assert program_shown(value) == shown


def otherwise(shown: str) -> str:
    return (
        f"yield got {shown}, which is neither an effect nor a program. Yield an effect or a "
        'program to get its result (x = yield Ask("key"), x = yield sub()); a plain value needs '
        "no yield: use it as it is, or return it."
    )


def test_a_yielded_do_function() -> None:
    assert yielded_not_a_program(required) == (
        "yield got the @do function 'required' itself, not a program. "
        "Call the function to build the program, then yield that: yield required(...)"
    )


def test_a_yielded_generator() -> None:
    assert yielded_not_a_program(plain()) == (
        "yield got a generator from 'plain', which has no @do. "
        "Put @do on 'plain' so that calling it builds a program."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3 (int)"),
        (None, "None (NoneType)"),
        ("x" * 99, "'xxxxxxxxxxxx...xxxxxxxxxxxxx' (str)"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, ...] (list)"),
        (len, "<built-in function len> (builtin_function_or_method)"),
    ],
)
def test_another_yielded_value(value: object, shown: str) -> None:
    assert yielded_not_a_program(value) == otherwise(shown)


def test_a_generator_expression_has_no_function() -> None:
    assert yielded_not_a_program(x for x in ()).endswith(otherwise("")[len("yield got ") :])


def by_name(effect, k):
    yield


def by_second_name(e, k=None, **more):
    yield


def by_annotation(event: Ask, other):
    yield


def by_unresolved_annotation(event: Missing, other):  # noqa: F821
    yield


def admitting_all(event: EffectBase, other):
    yield


def three(effect, k, more):
    yield


def variadic(effect, k, *more):
    yield


@pytest.mark.parametrize("function", [by_name, by_second_name, by_annotation])
def test_a_handler_that_was_given_its_program(function) -> None:
    name = function.__name__
    assert handler_applied_as_a_program(function, (required(1),), {}) == (
        f"{name} takes (effect, k): it is a handler body, not a function that builds a program, "
        f"so {name}(required(...)) cannot run. Mark its def with @handler in place of @do: "
        f"then {name}(required(...)) runs the program under it"
    )
    assert handler_applied_as_a_program(function, (3,), None) is not None


@pytest.mark.parametrize(
    "function",
    [by_unresolved_annotation, admitting_all, three, variadic, required, len, functools.partial],
)
@pytest.mark.filterwarnings("error")
def test_other_functions_are_no_handlers(function) -> None:
    assert handler_applied_as_a_program(function, (bare(),), {}) is None


@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), ((1, 2), {}), ((1,), {"k": 2}), ((Ask(),), {})]
)
def test_other_calls_of_a_handler(args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    assert handler_applied_as_a_program(by_name, args, kwargs) is None
