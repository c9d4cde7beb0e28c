"""The private helpers that name what was meant by a value that is no program."""

import functools

from _kit import Ask, Tell, do, show, vm
from doeff_vm import _not_a_program as helpers


@do
def no_arguments():
    yield vm.Pure(1)


@do
def required(a, b):
    yield vm.Pure(1)


@do
def optional(a=1, *args, b=2, **kwargs):
    yield vm.Pure(1)


@do
def keyword_only(*, a):
    yield vm.Pure(1)


def handler_body(effect, k):
    yield vm.Resume(k, 1)


def annotated_body(event: Ask, continuation):
    yield vm.Resume(continuation, 1)


def union_body(event: Ask | Tell, other):
    yield 1


def int_body(event: int, other):
    yield 1


def unresolved_body(event: "Missing", other):  # noqa: F821
    yield 1


def three(effect, k, extra):
    yield 1


def variadic(effect, k, *rest):
    yield 1


def plain_generator():
    yield 1


for value in (
    no_arguments,
    required,
    optional,
    keyword_only,
    plain_generator,
    no_arguments(),
    3,
    len,
    functools.partial(no_arguments),
    None,
    no_arguments.__wrapped__,
):
    show("uncalled", lambda v=value: helpers.uncalled_do_function_call(v))
show("uncalled named", lambda: helpers.uncalled_do_function_call(no_arguments, name="main"))
show("uncalled positional", lambda: helpers.uncalled_do_function_call(no_arguments, "main"))
for value in (
    no_arguments(),
    required(1, 2),
    optional(b=1),
    no_arguments,
    required,
    3,
    Ask("a"),
    vm.Pure(1),
    vm.DoFunction(functools.partial(len), [], False).make_call((), {}),
):
    show("shown", lambda v=value: helpers.program_shown(v))
for value in (3, no_arguments, plain_generator(), (x for x in ()), plain_generator, Ask, "x" * 99):
    show("yielded", lambda v=value: helpers.yielded_not_a_program(v))
for body in (
    handler_body,
    annotated_body,
    union_body,
    int_body,
    unresolved_body,
    three,
    variadic,
    no_arguments.__wrapped__,
    len,
):
    name = getattr(body, "__name__", body)
    show(
        f"applied {name}",
        lambda b=body: helpers.handler_applied_as_a_program(b, (no_arguments(),), {}),
    )
show(
    "applied kwargs None",
    lambda: helpers.handler_applied_as_a_program(handler_body, (required(1, 2),), None),
)
show(
    "applied with kwargs",
    lambda: helpers.handler_applied_as_a_program(handler_body, (3,), {"a": 1}),
)
show("applied with two", lambda: helpers.handler_applied_as_a_program(handler_body, (3, 4), {}))
show(
    "applied to an effect",
    lambda: helpers.handler_applied_as_a_program(handler_body, (Ask("a"),), {}),
)
