"""What a generator gets when it yields something that is no program, and that it may go on."""

from _kit import Ask, do, failure, go, say, vm


@do
def one():
    return 1
    yield


@do
def with_arguments(a, b=2, *, c):
    yield a


def plain_generator():
    yield vm.Pure(1)


def plain():
    return 1


class Thing:
    def __repr__(self):
        return "Thing()"


class Broken:
    def __repr__(self):
        raise ValueError("no repr")


BAD = {
    "int": 3,
    "None": None,
    "long list": list(range(50)),
    "long text": "x" * 200,
    "object": Thing(),
    "broken repr": Broken(),
    "uncalled do": one,
    "uncalled do with arguments": with_arguments,
    "generator": plain_generator(),
    "generator expression": (x for x in ()),
    "generator function": plain_generator,
    "function": plain,
    "builtin": len,
    "effect class": Ask,
    "Ok": vm.Ok(1),
    "IRStream": vm.IRStream(plain_generator()),
    "Callable": vm.Callable(len),
    "DoFunction": vm.DoFunction(plain, [], False),
    "tuple": (1, 2),
    "exception": ValueError("v"),
    "PyVM": vm.PyVM(),
}


@do
def catcher(value):
    try:
        got = yield value
    except Exception as error:
        return "caught " + failure(error)
    return f"got {got!r}"


for label, bad in BAD.items():
    say(label, "|", vm.PyVM().run(catcher(bad)))


@do
def careless():
    yield 3


error = go("uncaught", careless())
say("attributes", sorted(vars(error)), getattr(error, "__doeff_traceback__", None))
