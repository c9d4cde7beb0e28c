"""Runs the programs of the benchmarks on the installed package, for a build that learns from it.

    python -P train.py

What each program answers is checked, so that no build learns from a machine that is wrong.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import doeff_vm

PROGRAMS = Path(__file__).parents[2] / "bench-suites" / "programs"

# Enough to tell what is hot; a longer run changes no proportion.
SIZE = 1_000


def load(path):
    """A program as a module that imports the machine under its neutral name."""
    spec = spec_from_file_location(path.stem, path)
    program = module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def run_under(program, handlers):
    """Run under handlers of every effect, the innermost first."""
    return doeff_vm.run(install([(handler, None) for handler in handlers], program))


def install(handlers, program):
    """The program under handlers, the innermost first."""
    for handler, types in handlers:
        program = doeff_vm.WithHandler(handler, program, types)
    return program


def answer(program, params):
    """What the program answers."""
    handlers = program.handlers(**params)
    if hasattr(program, "drive"):
        return program.drive(run_under if handlers else doeff_vm.run, SIZE, **params)
    return doeff_vm.run(install(handlers, program.body(SIZE, **params)))


def main():
    """Run every program with each of its parameters."""
    effects = sys.modules["effects"] = ModuleType("effects")
    effects.__dict__.update((name, getattr(doeff_vm, name)) for name in doeff_vm.__all__)
    for path in sorted(PROGRAMS.glob("*.py")):
        program = load(path)
        for params in program.PARAMS:
            found, expected = answer(program, params), program.expected(SIZE, **params)
            if found != expected:
                sys.exit(f"{path.stem} with {params} answers {found}, not {expected}")


if __name__ == "__main__":
    main()
