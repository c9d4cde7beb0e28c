"""When the generators of dropped programs are closed, and what closing may do."""

import gc

from _kit import show
from doeff import Ask, Get, do, handler


@do
def closing(name):
    try:
        yield Ask("x")
    except GeneratorExit:
        print(name, "closed")
        raise
    finally:
        print(name, "finally")


@do
def nested():
    try:
        yield closing("inner")
    finally:
        print("outer finally")


@do
def yielding_in_finally():
    try:
        yield Ask("x")
    finally:
        yield Get("in finally")
        print("never printed")


@handler
def dropping(effect: Ask, k):
    print("drops")
    return "dropped"


@do
def after():
    value = yield dropping(nested())
    print("after the drop")
    return value


show("drop", dropping(nested()))
show("drop and go on", after())
show("finally yields", dropping(yielding_in_finally()))
gc.collect()
print("end")
