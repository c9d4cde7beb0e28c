"""Runs workloads on a published package, in an interpreter of its own, for the harness.

    python -I -B worker.py EFFECTS

EFFECTS is the file that workloads get when they import `effects`. Beside the names that they use
it defines the package's `run`, `install(handlers, program)`, which gives the program under
handlers, and `run_under(program, handlers)`, which does both where a workload has a `drive` and
handlers. What a program is, and a handler, only the package and its variants know. A file
`variants/NAME.py` beside it, or in the folder that it names as `VARIANTS`, spells a part of the
workload NAME in another way: it can import from the workload, and what it defines takes the place
of what the workload has under that name.

Requests and replies are one JSON object a line, on standard input and output. The first line goes
out by itself: what this interpreter is; so the harness knows that the package can be imported.
"""

import gc
import importlib.util
import json
import os
import sys
import traceback
from functools import partial
from itertools import repeat, starmap
from pathlib import Path
from time import perf_counter_ns, process_time_ns
from types import ModuleType


class Worker:
    """The workloads that were loaded and the cases of them that were prepared."""

    def __init__(self, effects):
        self.effects = import_effects(effects)
        self.variants = getattr(self.effects, "VARIANTS", Path(effects).parent / "variants")
        self.workloads = {}
        self.cases = []

    def prepare(self, name, path, text, params, size):
        """Make one case ready to run; give its number."""
        if name not in self.workloads:
            self.workloads[name] = self.load(name, path, text)
        workload = self.workloads[name]
        handlers = workload.handlers(**params)
        if hasattr(workload, "drive"):
            run = self.effects.run_under if handlers else self.effects.run
            case = partial(workload.drive, run, size, **params), ()
        else:
            program = self.effects.install(handlers, workload.body(size, **params))
            case = self.effects.run, (program,)
        self.cases.append(case)
        return len(self.cases) - 1

    def load(self, name, path, text):
        """Run a workload's text as a module, and the variant of it if there is one."""
        workload = sys.modules[name] = ModuleType(name)
        workload.__file__ = path
        exec(compile(text, path, "exec"), workload.__dict__)
        variant = self.variants / f"{name}.py"
        if variant.exists():
            exec(compile(variant.read_text("utf-8"), variant, "exec"), workload.__dict__)
        return workload

    def run(self, case, runs, warm):
        """Collect all garbage, then time some runs of a case; before them one that is not, if warm.

        Gives their answers too, each that differs once, as literals.
        """
        function, arguments = self.cases[case]
        # No bytecode of this file runs between the two looks at the clock.
        calls = starmap(function, repeat(arguments, runs))
        gc.collect()
        if warm:
            function(*arguments)
        cpu = process_time_ns()
        began = perf_counter_ns()
        answers = list(calls)
        elapsed = perf_counter_ns() - began
        return {
            "nanoseconds": elapsed,
            "cpu_nanoseconds": process_time_ns() - cpu,
            "answers": sorted({repr(answer) for answer in answers}),
        }

    def reply(self, request):
        """Do what a request says; give the reply."""
        try:
            request = json.loads(request)
            return {"ok": getattr(self, request.pop("do"))(**request)}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # A panic of a native extension is no Exception.
            return {"error": traceback.format_exc()}


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
    worker = Worker(path)
    python = {"version": " ".join(sys.version.split()), "prefix": sys.base_prefix}
    print(json.dumps({"ok": python}), file=replies)
    for request in sys.stdin.buffer:
        print(json.dumps(worker.reply(request)), file=replies)


if __name__ == "__main__":
    main(sys.argv[1])
