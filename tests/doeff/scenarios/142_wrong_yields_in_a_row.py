"""Wrong yields one after the other: which of them can be caught."""

import contextlib

from _kit import show
from doeff import Ask, Pure, UnhandledEffect, do


@do
def once(value):
    try:
        yield value
    except TypeError:
        return "caught"


@do
def in_two_programs():
    return (yield once(1)), (yield once(2))


@do
def in_a_row():
    caught = 0
    for value in (1, 2):
        try:
            yield value
        except TypeError:
            caught += 1
    return caught


@do
def with_a_yield_between():
    caught = 0
    for value in (1, 2):
        try:
            yield value
        except TypeError:
            caught += 1
        yield Pure(None)
    return caught


@do
def unhandled_in_a_row():
    caught = 0
    for value in (1, 2):
        try:
            yield Ask(value)
        except UnhandledEffect:
            caught += 1
    return caught


@do
def wrong_then_unhandled():
    with contextlib.suppress(TypeError):
        yield 1
    try:
        yield Ask(1)
    except UnhandledEffect:
        return "caught"


for program in (
    in_two_programs,
    in_a_row,
    with_a_yield_between,
    unhandled_in_a_row,
    wrong_then_unhandled,
):
    show(program.__name__, program())
