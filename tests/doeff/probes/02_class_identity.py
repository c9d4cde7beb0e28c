"""The names and modules of every class, and which is under which."""

from _kit import NAMES, say, vm

classes = [getattr(vm, name) for name in NAMES if isinstance(getattr(vm, name), type)]
for cls in classes:
    above = [other.__name__ for other in classes if other is not cls and issubclass(cls, other)]
    say(cls.__name__, cls.__module__, cls.__qualname__, repr(cls), "under", above)
