"""Programs for the published doeff: run them and compare what they print with what is expected.

    python tests/doeff/scripts.py PYTHON [NAMES...]

`PYTHON` is of an environment with doeff. Names are parts of paths, such as `probes/07`. With
`--record` the published machine's output becomes what is expected; with `--record-ours` ours
becomes that of scripts in `differences.toml`.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = ("scenarios", "probes")
LIMIT_SECONDS = 60

PLACES = (
    (re.compile(r"0?x[0-9a-fA-F]{6,}"), "0x"),  # addresses
    (re.compile(r"(?:[~.]{0,2}/[\w.+-]+)+/(?=[\w.<>+-]+)"), ""),  # folders
    (re.compile(r"stable_id: \d+"), "stable_id: N"),
    (re.compile(r" and no __dict__ for setting new attributes"), ""),  # CPython 3.13
)
"""What a text says of where and on what it was printed, and what is put for that."""


@dataclass(frozen=True)
class Script:
    """A program and the outputs that it is expected to have."""

    path: Path

    @property
    def name(self) -> str:
        """The folder and the name, such as `probes/07_reprs`."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def published(self) -> Path:
        """The file with the output on the published machine."""
        return self.path.parent / "expected" / f"{self.path.stem}.txt"

    @property
    def ours(self) -> Path:
        """The file with the output on our machine, where that is another."""
        return self.path.parent / "expected" / f"{self.path.stem}.ours.txt"


def table(name: str) -> dict[str, str]:
    """A table of `differences.toml`: scripts by name, each with a reason."""
    return tomllib.loads((HERE / "differences.toml").read_text("utf-8"))[name]


def scripts() -> list[Script]:
    """All scripts, by folder and number."""
    return [Script(path) for name in FOLDERS for path in sorted((HERE / name).glob("[0-9]*.py"))]


def expected(script: Script) -> Path:
    """The file with what our machine is to print."""
    return script.ours if script.name in table("differences") else script.published


def output(python: str, script: Script) -> str:
    """What the script prints, and how it ends."""
    environment = {
        "COLUMNS": "100",
        "DOEFF_SCHEDULER": "python",
        "HOME": "/nonexistent",
        "PATH": os.environ.get("PATH", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [python, script.path.name],
        cwd=script.path.parent,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_SECONDS,
        check=False,
    )
    text = done.stdout
    if done.stderr:
        text += f"--- stderr\n{done.stderr}"
    if done.returncode:
        text += f"--- exit code {done.returncode}\n"
    for pattern, replacement in PLACES:
        text = pattern.sub(replacement, text)
    return text


def difference(script: Script, wanted: str, actual: str) -> str:
    """The lines that differ, for a reader."""
    before, after = wanted.splitlines(), actual.splitlines()
    lines = difflib.unified_diff(before, after, f"{script.name} expected", "actual", lineterm="")
    return "\n".join(lines)


def outputs(python: str, chosen: list[Script]) -> Iterator[tuple[Script, str]]:
    """What each script prints, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(chosen, pool.map(lambda script: output(python, script), chosen), strict=True)


def compare(python: str, chosen: list[Script]) -> int:
    """Print what differs from what is expected; how many scripts did."""
    count = 0
    for script, actual in outputs(python, chosen):
        wanted = expected(script).read_text("utf-8")
        if actual != wanted:
            count += 1
            print(difference(script, wanted, actual))
    print(f"{len(chosen)} scripts, {count} with another output")
    return count


def record(python: str, chosen: list[Script], place: Callable[[Script], Path]) -> None:
    """Write what each script prints."""
    for script, actual in outputs(python, chosen):
        place(script).parent.mkdir(exist_ok=True)
        place(script).write_text(actual, "utf-8")


def main() -> int:
    """Compare or record, as the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--record-ours", action="store_true")
    arguments = parser.parse_intermixed_args()
    names = arguments.names or [""]
    chosen = [script for script in scripts() if any(name in script.name for name in names)]
    if arguments.record:
        record(arguments.python, chosen, lambda script: script.published)
    elif arguments.record_ours:
        differing = table("differences")
        listed = [script for script in chosen if script.name in differing]
        record(arguments.python, listed, lambda script: script.ours)
    else:
        return 1 if compare(arguments.python, chosen) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
