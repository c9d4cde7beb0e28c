"""How a handler is called: by the wrapper's generator function, as plain or builtin callable."""

import functools

from _kit import Ask, do, go, say, show, vm


@do
def body():
    answer = yield Ask("a")
    return f"body {answer}"


def plain_generator(effect, k):
    say("plain generator", effect, type(k).__name__)
    result = yield vm.Resume(k, 1)
    return f"<{result}>"


def returns_node(effect, k):
    return vm.Resume(k, 2)


def returns_value(effect, k):
    return "value"


def returns_none(effect, k):
    return None


def returns_program(effect, k):
    return vm.Pure("program")


def returns_effect(effect, k):
    return Ask("other")


def returns_generator(effect, k):
    return plain_generator(effect, k)


def returns_stream(effect, k):
    return vm.IRStream(plain_generator(effect, k))


def returns_transfer(effect, k):
    return vm.Transfer(k, 3)


def returns_pass(effect, k):
    return vm.Pass(effect, k)


def returns_throw(effect, k):
    return vm.ResumeThrow(k, KeyError("thrown"))


def returns_call(effect, k):
    return done(k)


def raises(effect, k):
    raise LookupError("in the handler")


@do
def done(k):
    return (yield vm.Resume(k, 4))


@do
def marked(effect, k):
    return (yield vm.Resume(k, 5))


@do
def marked_plain(effect, k):
    return "marked plain"


@do
def marked_plain_node(effect, k):
    return vm.Resume(k, 6)


class Instance:
    def __call__(self, effect, k):
        return (yield vm.Resume(k, 7))

    def method(self, effect, k):
        return (yield vm.Resume(k, 8))

    @do
    def marked_method(self, effect, k):
        return (yield vm.Resume(k, 9))


def three(first, effect, k):
    return (yield vm.Resume(k, first))


HANDLERS = {
    "plain generator function": plain_generator,
    "returns Resume": returns_node,
    "returns a value": returns_value,
    "returns None": returns_none,
    "returns Pure": returns_program,
    "returns an effect": returns_effect,
    "returns a generator": returns_generator,
    "returns IRStream": returns_stream,
    "returns Transfer": returns_transfer,
    "returns Pass": returns_pass,
    "returns ResumeThrow": returns_throw,
    "returns a call": returns_call,
    "raises": raises,
    "marked": marked,
    "marked, no yield": marked_plain,
    "marked, no yield, returns Resume": marked_plain_node,
    "instance": Instance(),
    "bound method": Instance().method,
    "marked method": Instance().marked_method,
    "partial": functools.partial(three, 10),
    "marked partial": functools.partial(do(three), 11),
    "lambda": lambda effect, k: vm.Resume(k, 12),
    "builtin": max,
    "class": dict,
    "too few parameters": lambda effect: 1,
    "keyword only": lambda *, effect, k: 1,
    "variadic": lambda *args: vm.Resume(args[1], len(args)),
}
for label, handler in HANDLERS.items():
    go(label, vm.WithHandler(handler, body()))
for handler in (vm.Callable(plain_generator), None, 3, vm.Pure(1), "text"):
    show(f"refused {type(handler).__name__}", lambda h=handler: vm.WithHandler(h, body()))
