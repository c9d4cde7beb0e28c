"""Texts that cannot be encoded, in the places that messages are made of."""

from _kit import Ask, do, go, run, say, show, vm

LONE = "\ud800"


class Shown(vm.EffectBase):
    """An effect whose repr cannot be encoded."""

    def __repr__(self):
        return f"Shown{LONE}"


class Value:
    """No program, with such a repr."""

    def __repr__(self):
        return f"Value{LONE}"


class Named:
    """No program, of a class with such a name."""


Named.__qualname__ = f"Named{LONE}"


@do
def yields(value):
    return (yield value)


for value in (Shown(), Value(), Named(), f"text{LONE}"):
    go("yielded", yields(value))
    go("run", value)
    go("body", vm.WithHandler(lambda effect, k: vm.Resume(k, 1), value))
    go("answer", vm.WithHandler(lambda effect, k, value=value: value, yields(Ask("a"))))
show("handler", lambda: run(vm.WithHandler(Named(), yields(Ask("a")))))
show("question", lambda: vm.GetTraceback(Named()))


def handler_named(qualname, name="handler"):
    """A handler that passes on, under other names."""

    def passing(effect, k):
        return vm.Pass(effect, k)

    passing.__qualname__, passing.__name__ = qualname, name
    return passing


for names in (
    (f"named{LONE}",),
    (f"outer{LONE}.<locals>.named",),
    (f"outer.<locals>.named{LONE}",),
    ("outer.named", f"named{LONE}"),
):
    go("unhandled", vm.WithHandler(handler_named(*names), yields(Ask("a"))))


def raising(effect, k):
    raise ValueError(f"raised{LONE}")


raising.__qualname__ = f"raising{LONE}"
try:
    run(vm.WithHandler(raising, yields(Ask("a"))))
except ValueError as error:
    say(ascii(error), ascii(error.__doeff_traceback__))


def steps():
    yield Ask("a")


CODE = steps.__code__


def answer(effect, k):
    return vm.GetTraceback(k)


for changed in ({"co_qualname": f"steps{LONE}"}, {"co_filename": f"{LONE}.py"}):
    steps.__code__ = CODE.replace(**changed)
    try:
        run(do(steps)())
    except vm.UnhandledEffect as error:
        say(ascii(error.__doeff_traceback__))
    go("places", vm.WithHandler(answer, do(steps)()))


def handling(effect, k):
    return None


handling.__name__ = f"handling{LONE}"
go("a handler in place of a program", do(handling)(vm.Pure(1)))

for node in (
    vm.Perform(Shown()),
    vm.TailEval(Shown()),
    vm.DoFunction(Value(), [], False),
    vm.DoFunction(Value(), [], False).make_call((), {}),
    vm.Pure(LONE),
):
    show("shown", lambda node=node: node)
