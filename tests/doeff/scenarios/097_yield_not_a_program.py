"""Yields of what is not a program: the advice in the message."""

from _kit import show
from doeff import Ask, do


@do
def sub():
    return 1


@do
def sub_of(x, y=1):
    return x


def plain_generator():
    yield Ask("x")


def plain_function():
    return 1


@do
def yielding(value):
    return (yield value)


class Thing:
    def __repr__(self):
        return "Thing" * 30


for value in (
    1,
    None,
    "text",
    [1, 2],
    sub,
    sub_of,
    plain_generator,
    plain_generator(),
    (n for n in ()),
    plain_function,
    Thing(),
    ValueError("v"),
    Ask,
    True,
    {"a": 1},
):
    show(type(value).__name__, yielding(value))
