"""Run every Python block of the READMEs of doeff and doeff-core-effects, and doeff's demo.

    python tests/doeff/readme_blocks.py PYTHON [OTHER_PYTHON]

The blocks are those of the packages installed in PYTHON's environment. With one interpreter the
outputs are printed, with two they are compared.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

DISTRIBUTIONS = ("doeff", "doeff-core-effects")
LIMIT_SECONDS = 60
READ_METADATA = "import importlib.metadata as m, sys; print(m.metadata(sys.argv[1]).get_payload())"
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
PLACES = (
    (re.compile(r"0?x[0-9a-fA-F]{6,}"), "0x"),
    (re.compile(r"(?:[~.]{0,2}/[\w.+-]+)+/(?=[\w.<>+-]+)"), ""),
)


@dataclass
class Block:
    """A program of a README and the files it needs beside it."""

    name: str
    source: str
    files: dict[str, str] = field(default_factory=dict)


def blocks(python):
    """The runnable blocks of the installed packages."""
    return [block for name in DISTRIBUTIONS for block in blocks_of(name, readme(python, name))]


def readme(python, distribution):
    """The long description of an installed distribution."""
    command = [python, "-c", READ_METADATA, distribution]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def blocks_of(distribution, text):
    """The runnable blocks: `continues` is joined to the one before, `excerpt` is left out."""
    found, files = [], {}
    for number, match in enumerate(FENCE.finditer(text), 1):
        words, source = match.group(1).split(), match.group(2)
        language, marks = (words[0], words[1:]) if words else ("", [])
        for mark in marks:
            if mark.startswith("file="):
                files[mark.removeprefix("file=")] = source
        if language != "python" or "excerpt" in marks:
            continue
        if "continues" in marks:
            source = f"{found[-1].source}\n\n{source}"
        found.append(Block(f"{distribution} block {number}", source, dict(files)))
    return found


def outcome(python, arguments, directory):
    """Everything a command printed and how it ended, without what depends on the place."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(directory),
        "DOEFF_SCHEDULER": "python",
    }
    try:
        done = subprocess.run(
            [python, *arguments],
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"[no end in {LIMIT_SECONDS} s]\n"
    text = f"{done.stdout}--- stderr\n{done.stderr}--- exit code {done.returncode}\n"
    for pattern, replacement in PLACES:
        text = pattern.sub(replacement, text)
    return text


def run_block(python, block):
    """The outcome of one block, run as a script of its own directory."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for file, source in block.files.items():
            (directory / file).write_text(source)
        (directory / "block.py").write_text(block.source)
        return outcome(python, ["block.py"], directory)


def run_demo(python, *arguments):
    """The outcome of the demo; a page of ours stands in for the network when `--url` is asked."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "page.html").write_text("<h1>A page</h1>\n")
        filled = [
            argument.format(page=(directory / "page.html").as_uri()) for argument in arguments
        ]
        return re.sub(
            r"file:[^\"\s]*", "PAGE", outcome(python, ["-m", "doeff", *filled], directory)
        )


def outcomes(python, found):
    """Name and output of every block and of the demo, in order."""
    for block in found:
        yield block.name, run_block(python, block)
    yield "demo with a page", run_demo(python, "demo", "--url", "{page}")
    yield "demo", run_demo(python, "demo")
    yield "demo help", run_demo(python, "demo", "--help")


def main(pythons):
    """Print the outputs under one interpreter, or the differences between two."""
    found = blocks(pythons[0])
    if len(pythons) == 1:
        for name, text in outcomes(pythons[0], found):
            print(f"=== {name}\n{text}")
        return 0
    different = count = 0
    pairs = zip(outcomes(pythons[0], found), outcomes(pythons[1], found), strict=True)
    for (name, one), (_, other) in pairs:
        count += 1
        if one != other:
            different += 1
            diff = difflib.unified_diff(one.splitlines(), other.splitlines(), name, "other", "", "")
            print("\n".join(line.rstrip("\n") for line in diff))
    print(f"{count} outputs, {different} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
