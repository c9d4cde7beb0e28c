"""Objects that answer to every name, or fail to say what they are, where programs are due."""

import sys
from unittest.mock import NonCallableMock

from _kit import Ask, do, go, vm


class Raising:
    """Has no attribute that can be asked for."""

    def __getattr__(self, name):
        raise RuntimeError(name)


class Classless:
    """Does not say what it is."""

    @property
    def __class__(self):
        raise ValueError("class")


class Interrupting:
    """Is not shown."""

    def __repr__(self):
        raise KeyboardInterrupt("repr")


class Unshown(type):
    """Of classes that are not shown."""

    def __repr__(cls):
        raise ValueError("repr")


class Instance(metaclass=Unshown):
    """Of such a class."""


class Patched:
    """Has a method of its own."""


@do
def yields(value):
    return (yield value)


@do
def catches(value):
    try:
        return (yield value)
    except TypeError:
        return "caught"


def patched():
    """An object with a method that its class does not have."""
    one = Patched()
    one.to_generator = lambda: iter(())
    return one


# What cannot be shown is also reported, in other words by each CPython.
sys.unraisablehook = lambda ignored: None
mock = NonCallableMock(name="mock")
for value in (mock, Raising(), Classless(), Interrupting(), Instance(), patched()):
    print(type(value).__name__)
    go("yielded", yields(value))
    go("caught", catches(value))
    go("run", value)
    go("body", vm.WithHandler(lambda effect, k: vm.Resume(k, 1), value))
    go("answer", vm.WithHandler(lambda effect, k, value=value: value, yields(Ask("a"))))
