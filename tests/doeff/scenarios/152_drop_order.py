"""The order in which the generators of a dropped continuation are closed."""

from _kit import show
from doeff import Ask, Get, Resume, do, handler


@do
def level(n):
    try:
        if n == 0:
            return (yield Ask("bottom"))
        return (yield level(n - 1))
    finally:
        print("level", n)


@handler
def inner(effect: Get, k):
    try:
        return (yield Resume(k, 1))
    finally:
        print("inner handler")


@do
def using_inner():
    yield Get("x")
    return (yield level(2))


@handler
def dropping(effect: Ask, k):
    print("before the drop")
    return "dropped"


@handler
def dropping_late(effect: Ask, k):
    del k
    print("k deleted")
    yield Get("after")
    print("still here")
    return "dropped late"


@handler
def getting(effect: Get, k):
    return (yield Resume(k, None))


show("levels", dropping(level(2)))
show("with a handler", dropping(inner(using_inner())))
show("late", getting(dropping_late(inner(using_inner()))))
