"""Which classes can be subclassed, have a __dict__ or weak references, and are immutable."""

from _kit import NAMES, say, vm


def subclass_error(cls):
    try:
        type("Sub", (cls,), {})
    except TypeError as error:
        return str(error)
    return "yes"


def setattr_error(cls):
    try:
        cls.extra = 1
    except TypeError as error:
        return str(error)
    del cls.extra
    return "yes"


for name in NAMES:
    cls = getattr(vm, name)
    if not isinstance(cls, type):
        continue
    say(name, "| subclass:", subclass_error(cls))
    say(name, "| new class attribute:", setattr_error(cls))
    say(name, "| dict:", cls.__dictoffset__ != 0, "weakref:", cls.__weakrefoffset__ != 0)
    say(name, "| hash is object's:", cls.__hash__ is object.__hash__)
    say(name, "| eq is object's:", cls.__eq__ is object.__eq__)
