"""What the scenarios share: run a program, print what came of it in a stable form."""

import re

from doeff import run

_ADDRESS = re.compile(r"0?x[0-9a-fA-F]{6,}")
_DIRECTORY = re.compile(r"(?:/[\w.+~-]+)+/(?=[\w.<>+-]+)")


def clean(text):
    """`text` without object addresses and directory names."""
    return _DIRECTORY.sub("", _ADDRESS.sub("0x", str(text)))


def describe(error):
    """An error as one line: its type, its message, its notes."""
    notes = getattr(error, "__notes__", [])
    parts = [f"{type(error).__name__}: {error}", *(f"note: {note}" for note in notes)]
    return clean(" | ".join(parts))


def attempt(label, thunk):
    """Call `thunk`; print and return its value, or print the error it raised."""
    try:
        value = thunk()
    except BaseException as error:  # a scenario shows every kind of error
        print(f"{label}: raised {describe(error)}")
        return error
    print(f"{label}: {clean(repr(value))}")
    return value


def show(label, program):
    """Run `program`; print its result or its error."""
    return attempt(label, lambda: run(program))
