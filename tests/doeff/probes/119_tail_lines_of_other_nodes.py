"""Marked lines only matter for Resume and ResumeThrow, yielded plainly or by yield from."""

import inspect

from _kit import Ask, do, go, say, vm


def line_of(function, text="yield"):
    lines, start = inspect.getsourcelines(function)
    return tuple(start + index for index, line in enumerate(lines) if text in line)


def marked(function):
    return do(function, lines=line_of(function))


@do
def body():
    got = yield Ask("a")
    say("  body", got)
    return got


def yields_pure(effect, k):
    got = yield vm.Pure(1)
    say("  went on after Pure", got)
    return (yield vm.Resume(k, got))


def yields_from_resume(effect, k):
    got = yield from vm.Resume(k, 2)
    say("  went on after Resume", got)
    return got


def yields_from_helper(effect, k):
    got = yield from helper(k)
    say("  went on after the helper", got)
    return got


def helper(k):
    got = yield vm.Resume(k, 3)
    say("  helper went on", got)
    return got


def yields_call(effect, k):
    got = yield do(helper)(k)
    say("  went on after the call", got)
    return got


def two_on_a_line(effect, k):
    return ((yield vm.Pure(5)), (yield vm.Resume(k, 5)))


def in_try(effect, k):
    try:
        return (yield vm.Resume(k, 6))
    except GeneratorExit:
        say("  clause closed")
        raise


def yields_with_handler(effect, k):
    got = yield vm.WithHandler(do(yields_pure), vm.Resume(k, 7))
    say("  went on after the handler", got)
    return got


for function in (
    yields_pure,
    yields_from_resume,
    yields_from_helper,
    yields_call,
    two_on_a_line,
    in_try,
    yields_with_handler,
):
    go(function.__name__, vm.WithHandler(marked(function), body()))


def plain_program():
    got = yield vm.WithHandler(do(keep), body())
    got = yield vm.Resume(KEPT.pop(), 8)
    say("  program went on", got)
    return got


KEPT = []


def keep(effect, k):
    KEPT.append(k)
    return "kept"
    yield


go("in a program", marked(plain_program)())
