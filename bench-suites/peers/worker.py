"""Runs workloads on a published package, in an interpreter of its own, for the harness that starts it.

    python -I -B worker.py EFFECTS

EFFECTS is the file that workloads get when they import `effects`. Beside the names that they use it
defines `prepare(body, handlers)`, which gives a function and its argument: the one called with the
other is one run.

Requests and replies are one JSON object a line, on standard input and output. The first line goes
out by itself: what this interpreter is, so that the harness knows that the package can be imported.
"""

import gc
import importlib.util
import json
import os
import sys
import traceback
from itertools import repeat
from time import perf_counter_ns
from types import ModuleType


class Worker:
    """The workloads that were loaded and the cases of them that were prepared."""

    def __init__(self, effects):
        self.effects = effects
        self.workloads = {}
        self.cases = []

    def prepare(self, name, path, text, params, size):
        """Make one case ready to run; give its number."""
        if name not in self.workloads:
            self.workloads[name] = load(name, path, text)
        workload = self.workloads[name]
        body = workload.body(size, **params)
        self.cases.append(self.effects.prepare(body, workload.handlers(**params)))
        return len(self.cases) - 1

    def collect(self):
        """Collect all garbage, as the harness does before a sample of its own engines."""
        gc.collect()

    def run(self, case, runs):
        """Time some runs of a case; give their answers too, each that differs once, as literals."""
        function, argument = self.cases[case]
        # No bytecode of this file runs between the two looks at the clock.
        calls = map(function, repeat(argument, runs))
        began = perf_counter_ns()
        answers = list(calls)
        elapsed = perf_counter_ns() - began
        return {"nanoseconds": elapsed, "answers": sorted({repr(answer) for answer in answers})}

    def reply(self, request):
        """Do what a request says; give the reply."""
        try:
            request = json.loads(request)
            return {"ok": getattr(self, request.pop("do"))(**request)}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # A panic of a native extension is no Exception.
            return {"error": traceback.format_exc()}


def load(name, path, text):
    """Run a workload's text as a module."""
    module = ModuleType(name)
    module.__file__ = path
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def import_effects(path):
    """Import the stand-in for the machine under its neutral name."""
    spec = importlib.util.spec_from_file_location("effects", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["effects"] = module
    spec.loader.exec_module(module)
    return module


def main(path):
    """Serve requests until there are no more."""
    # What a package prints must not get in between the replies.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    worker = Worker(import_effects(path))
    python = {"version": " ".join(sys.version.split()), "prefix": sys.base_prefix}
    print(json.dumps({"ok": python}), file=replies)
    for request in sys.stdin.buffer:
        print(json.dumps(worker.reply(request)), file=replies)


if __name__ == "__main__":
    main(sys.argv[1])
