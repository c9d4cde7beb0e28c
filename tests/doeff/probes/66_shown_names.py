"""How handlers are named in messages, traceback entries and execution contexts."""

import functools

from _kit import Ask, clean, do, say, vm


def outer_factory():
    @do
    def closure(effect, k):
        return (yield vm.Pass(effect, k))

    return closure


class Owner:
    @do
    def method(self, effect, k):
        return (yield vm.Pass(effect, k))

    @staticmethod
    @do
    def static(effect, k):
        return (yield vm.Pass(effect, k))

    def factory(self):
        def closure(effect, k):
            return vm.Pass(effect, k)

        return closure

    class Inner:
        def deep(self, effect, k):
            return vm.Pass(effect, k)


class Called:
    def __call__(self, effect, k):
        return vm.Pass(effect, k)


class NamedCalled(Called):
    def __init__(self):
        self.__name__ = "given"
        self.__qualname__ = "A.given"


@do
def plain(effect, k):
    return (yield vm.Pass(effect, k))


def renamed(name, qualname):
    def function(effect, k):
        return vm.Pass(effect, k)

    function.__name__ = name
    function.__qualname__ = qualname
    return function


@do
def look():
    for entry in (yield vm.GetExecutionContext()):
        if entry[0] == "handler":
            say("  context", clean(entry))
    return (yield Ask("a"))


@do
def guarded():
    try:
        return (yield look())
    except vm.UnhandledEffect:
        raise ValueError("other") from None


HANDLERS = {
    "plain": plain,
    "closure": outer_factory(),
    "method": Owner().method,
    "static": Owner.static,
    "closure of a method": Owner().factory(),
    "deep": Owner.Inner().deep,
    "lambda": lambda effect, k: vm.Pass(k=k, effect=effect),
    "partial": functools.partial(lambda extra, effect, k: vm.Pass(effect, k), 1),
    "instance": Called(),
    "named instance": NamedCalled(),
    "dotted": renamed("short", "a.b.c"),
    "two locals": renamed("short", "f.<locals>.g.<locals>.h"),
    "method locals": renamed("short", "C.m.<locals>.h"),
    "leading locals": renamed("short", "<locals>.h"),
    "empty": renamed("", ""),
    "lambda in a function": renamed("x", "f.<locals>.<lambda>"),
}
for label, handler in HANDLERS.items():
    try:
        vm.PyVM().run(vm.WithHandler(handler, look()))
    except vm.UnhandledEffect as error:
        say(label, "|", str(error).splitlines()[1].strip())
        say(label, "|", clean(error.__doeff_traceback__[-1]))
try:
    program = look()
    for handler in (plain, plain, Owner().method, plain, outer_factory(), outer_factory()):
        program = vm.WithHandler(handler, program)
    vm.PyVM().run(program)
except vm.UnhandledEffect as error:
    say("chain", "|", str(error).splitlines()[1].strip())
    say("chain", "|", clean(error.__doeff_traceback__[-1]))
try:
    vm.PyVM().run(vm.WithHandler(plain, guarded()))
except ValueError as error:
    say("other", clean(error.__doeff_traceback__))
