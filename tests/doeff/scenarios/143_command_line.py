"""`python -m doeff run`: code, programs, formats, errors."""

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from _kit import clean
from doeff.__main__ import main

MODULE = """
from doeff import Ask, Get, Pure, Resume, do, handler
from doeff_core_effects.handlers import reader

@do
def asking():
    return (yield Ask("k"))

def own_interpreter(program):
    from doeff import run
    return ("interpreted", run(reader(env={"k": "own"})(program)))

def double(value):
    return Pure(value * 2)

def twice(program):
    @do
    def both():
        return (yield program), (yield program)
    return both()

ready = asking()
number = Pure(21)
env = {"k": "from env"}
"""


def command(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as error:
            code = f"exit {error.code}"
    print("$", *arguments)
    print("  code", code)
    for name, text in (("out", out), ("err", err)):
        for line in clean(text.getvalue()).splitlines():
            print(f"  {name} {line}")


with tempfile.TemporaryDirectory() as directory:
    Path(directory, "cli_module.py").write_text(MODULE)
    sys.path.insert(0, directory)
    run = ("run", "--no-runbox")
    command(*run, "-c", "from doeff import Pure\nx = yield Pure(20)\nx + 1")
    command(*run, "-c", "return 42")
    command(*run, "-c", "1 +")
    command(*run, "-c", "raise ValueError('no')")
    command(*run, "--program", "cli_module.number", "--interpreter", "doeff.run")
    command(*run, "--program", "cli_module.ready", "--interpreter", "cli_module.own_interpreter")
    command(*run, "--program", "cli_module.number")
    command(*run, "--program", "cli_module.number", "--format", "json")
    command(*run, "--program", "cli_module.ready", "--env", "cli_module.env")
    command(*run, "--program", "cli_module.ready", "--set", "k=v", "--format", "json")
    command(*run, "--program", "cli_module.ready")
    command(*run, "--program", "cli_module.asking")
    command(*run, "--program", "cli_module.number", "--apply", "cli_module.double")
    command(*run, "--program", "cli_module.number", "--transform", "cli_module.twice")
    command(*run, "--program", "cli_module.nothing")
    command(*run, "--program", "no_such_module.nothing", "--format", "json")
    command(*run, "--hy", "(+ 1 2)")
    command("run")
