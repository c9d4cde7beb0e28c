"""Annotations that no effect can match: refused when the handler is installed, with the text."""

from _kit import Ask, do, failure, go, say, show, vm
from doeff_vm import _effect_types as types_module


def text(effect: str, k):
    yield vm.Resume(k, 1)


def flag(effect: bool, k):
    yield vm.Resume(k, 1)


def nothing(effect: None.__class__, k):
    yield vm.Resume(k, 1)


def either(effect: Ask | dict, k):
    yield vm.Resume(k, 1)


def spelled(effect: "int", k):
    yield vm.Resume(k, 1)


def generic(event: list[int], k):
    yield vm.Resume(k, 1)


@do
def body():
    try:
        return (yield Ask("a"))
    finally:
        say("body ran")


@do
def surrounding(program):
    try:
        return (yield program)
    except Exception as error:
        return "caught: " + failure(error)


for function in (text, flag, nothing, either, spelled, generic):
    show(f"{function.__name__} check", lambda f=function: types_module.check_handler_annotation(f))
    show(f"{function.__name__} built", lambda f=function: vm.WithHandler(do(f), vm.Pure(1)))
    go(f"{function.__name__} run", vm.WithHandler(do(function), body()))
    go(f"{function.__name__} caught", surrounding(vm.WithHandler(do(function), body())))
show("check passes", lambda: types_module.check_handler_annotation(body))
show("check of an int", lambda: types_module.check_handler_annotation(3))
go("boundaries", vm.WithBoundaries([("handler", do(text))], body()))
