"""The generator attributes of a stream that make its traceback entries."""

from _kit import do, go, say, vm


class Code:
    def __getattribute__(self, name):
        return {
            "co_name": "name",
            "co_qualname": "qualname",
            "co_filename": "file.py",
            "co_firstlineno": 7,
        }[name]


class Frame:
    def __init__(self, line=11):
        self.line = line

    def __getattribute__(self, name):
        if name == "line":
            return object.__getattribute__(self, name)
        return {"f_lineno": self.line, "f_code": Code(), "f_locals": {}, "f_lasti": 0}[name]


class Stream:
    """A stream with a generator's attributes."""

    def __init__(self, *items, **attributes):
        self.items = list(items)
        self.attributes = attributes

    def __getattr__(self, name):
        attributes = object.__getattribute__(self, "attributes")
        if name in attributes:
            return attributes[name]
        raise AttributeError(name)

    def step(self):
        if self.items:
            return self.items.pop(0)
        raise StopIteration("end")

    def __next__(self):
        return self.step()

    def __iter__(self):
        return self

    def send(self, value):
        return self.step()

    def throw(self, error):
        raise error


@do
def failing():
    raise ValueError("x")
    yield


@do
def context():
    for entry in (yield vm.GetExecutionContext()):
        say("  context", entry)


def streams(item):
    yield "code and frame", Stream(item, gi_code=Code(), gi_frame=Frame())
    yield "code only", Stream(item, gi_code=Code())
    yield "frame only", Stream(item, gi_frame=Frame())
    yield "no frame", Stream(item, gi_code=Code(), gi_frame=None)
    yield "no line", Stream(item, gi_code=Code(), gi_frame=Frame(None))
    yield "neither", Stream(item)


for label, stream in streams(failing()):
    error = go(label, vm.Expand(vm.Pure(vm.IRStream(stream))))
    say("  ", getattr(error, "__doeff_traceback__", None))
for label, stream in streams(context()):
    go(label, vm.Expand(vm.Pure(vm.IRStream(stream))))
