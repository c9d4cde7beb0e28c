"""What the probes share: small programs built on doeff_vm alone, and lines without addresses."""

import functools
import inspect
import os
import re
import sys
import traceback

import doeff_vm as vm

os.environ.setdefault("DOEFF_SCHEDULER", "python")

NAMES = (
    "Apply",
    "BindOpener",
    "Call",
    "Callable",
    "DoFunction",
    "EffectBase",
    "Err",
    "Expand",
    "GetBoundaries",
    "GetExecutionContext",
    "GetHandlers",
    "GetOuterHandlers",
    "GetTraceback",
    "HandlerSpec",
    "IRStream",
    "K",
    "Ok",
    "Pass",
    "Perform",
    "Pure",
    "PyVM",
    "Resume",
    "ResumeThrow",
    "TailEval",
    "Transfer",
    "TransferThrow",
    "UnhandledEffect",
    "WithBoundaries",
    "WithHandler",
    "WithObserve",
    "invariant_checks_enabled",
    "vm_live_counts",
)
"""What the package has for its users."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+|(?<=\.\.\.)x?[0-9a-f]{10,}")
_NUMBER = re.compile(r"(?<=FiberId\()\d+|(?<=fiber[ =])\d+|(?<=stable_id: )\d+")
_PATH = re.compile(r"(?:/[\w.+@-]+)+/(?=[\w.+@-]+\.(?:py|so))")


def clean(text):
    """The text with addresses, internal numbers and folders taken out."""
    return _PATH.sub("", _NUMBER.sub("n", _ADDRESS.sub("0x..", str(text))))


def say(*words):
    """Print one line."""
    print(clean(" ".join(str(word) for word in words)))


def failure(error):
    """One line for an exception: its type, its text, and how it is chained."""
    parts = [f"{type(error).__name__}: {error}"]
    if error.__cause__ is not None:
        parts.append(f"[cause {type(error.__cause__).__name__}: {error.__cause__}]")
    if error.__context__ is not None and error.__context__ is not error.__cause__:
        parts.append(f"[context {type(error.__context__).__name__}: {error.__context__}]")
    for note in getattr(error, "__notes__", ()):
        parts.append(f"[note {note}]")
    return " ".join(parts)


def show(label, thunk):
    """Print what the thunk returns, or the exception it raises."""
    try:
        value = thunk()
    except BaseException as error:
        say(f"{label} !", failure(error))
        return error
    say(f"{label} =", repr(value))
    return value


def run(program):
    """Run the program on a new VM."""
    return vm.PyVM().run(program)


def go(label, program):
    """Run the program and print the outcome."""
    return show(label, lambda: run(program))


def do(function=None, *, lines=()):
    """A factory of calls, as doeff's decorator leaves one: wrapper, marks and all."""
    if function is None:
        return functools.partial(do, lines=lines)
    definition = vm.DoFunction(function, list(lines), inspect.isgeneratorfunction(function))

    @functools.wraps(function)
    def build(*args, **kwargs):
        return definition.make_call(args, kwargs)

    build.__doeff_generator_function__ = function
    build.__doeff_tail_resume_lines__ = tuple(lines)
    return build


def frames(error):
    """The frames of the traceback as `function` or `file:function`, outermost first."""
    return [
        entry.name
        if entry.filename.endswith("_kit.py") or "probes" in entry.filename
        else f"{os.path.basename(entry.filename)}:{entry.name}"
        for entry in traceback.extract_tb(error.__traceback__)
    ]


class Ask(vm.EffectBase):
    """An effect with one field."""

    def __init__(self, key):
        self.key = key

    def __repr__(self):
        return f"Ask({self.key!r})"


class Tell(vm.EffectBase):
    """Another effect with one field."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return f"Tell({self.text!r})"


def flush():
    """Write what was printed before the interpreter is asked for something risky."""
    sys.stdout.flush()
