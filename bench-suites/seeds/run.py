"""Makes the VM worse on purpose, one way at a time, and shows that the gate notices.

Each seed is a patch in this folder. It is applied to a scratch worktree of HEAD, `cargo xtask gate`
is run there against a record of the tree without it, and the patch is reverted. The gate has to end
with the verdict that the seed is to have, and to say why; where it does not, this ends with exit
code 1.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# The exit codes of the gate.
VERDICTS = {0: "ok", 1: "regressed", 2: "error", 3: "no baseline"}

# What the gate can leave out, with the record that it writes.
SUITES = (
    ("core", "core.json"),
    ("heap", "allocations.json"),
    ("refcount", "refcounts.json"),
)


@dataclass(frozen=True)
class Seed:
    """A patch, and what the gate is to say of it."""

    name: str
    about: str
    verdict: str
    # What its page has to name.
    says: str
    # What is measured, unless all is.
    workload: str
    # The record without which nothing could notice.
    needs: str = "instructions.json"


SEEDS = (
    Seed(
        "slower_core",
        "5 % more instructions in perform, handle and resume of the core",
        "regressed",
        r"the core: resume, directly .*regressed",
        "runs",
        "core.json",
    ),
    Seed(
        "growing_cost",
        "an instruction more for each 1,000 effects performed before",
        "regressed",
        r"grows with the number of effects performed",
        "resume_churn",
    ),
    Seed(
        "lock_with_system_call",
        "an uncontended lock with a system call for each step",
        "regressed",
        r"resume_churn .*system calls .*regressed",
        "resume_churn",
    ),
    Seed(
        "kept_slot",
        "a slot that is never given back",
        "regressed",
        r"allocations .*regressed",
        "runs",
        "core.json",
    ),
    Seed(
        "leaked_reference",
        "a reference to each effect that is never dropped",
        "regressed",
        r"references to",
        "resume_churn",
        "refcounts.json",
    ),
    Seed(
        "allocation",
        "an allocation for each effect",
        "regressed",
        r"allocations .*regressed",
        "runs",
        "core.json",
    ),
    Seed(
        "wrong_answer",
        "an engine whose answers are wrong",
        "error",
        r"the answer .* is wrong",
        "resume_churn",
    ),
    Seed(
        "deleted_workload",
        "a workload that is not there any more",
        "error",
        r"the workload exceptions was removed",
        "runs",
    ),
)


class Tree:
    """A scratch worktree of HEAD, where the gate is run."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        # A target folder of its own: Cargo takes what was built of a seed for what this workspace
        # would build.
        usual = target_folder()
        target = usual / "seeds"
        if (usual / "tools").exists():
            shutil.copytree(usual / "tools", target / "tools", dirs_exist_ok=True)
        self.environment = dict(os.environ, CARGO_TARGET_DIR=str(target))
        self.git("worktree", "add", "--quiet", "--detach", str(self.root), "HEAD", at=ROOT)

    def git(self, *words: str, at: Path | None = None) -> None:
        """Runs git there."""
        subprocess.run(["git", *words], cwd=at or self.root, check=True)

    def gate(self, *options: str, log: Path) -> int:
        """Runs the gate there; its exit code."""
        with log.open("w") as output:
            return subprocess.run(
                ["cargo", "xtask", "gate", *options],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode

    def remove(self) -> None:
        """Takes it away again."""
        self.git("worktree", "remove", "--force", str(self.root), at=ROOT)


def target_folder() -> Path:
    """Where this workspace is built."""
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(json.loads(metadata.stdout)["target_directory"])


def make_base(tree: Tree, records: Path, output: Path) -> None:
    """Records the tree without any seed."""
    log = output.with_suffix(".log")
    options = ("--accept", "--reason", "the tree without a seed")
    code = tree.gate(*options, "--records", str(records), "--output", str(output), log=log)
    if code != 0:
        sys.exit(f"the tree without a seed cannot be recorded; see {log}")


def run_seed(tree: Tree, seed: Seed, records: Path, output: Path, whole: bool) -> tuple[str, bool]:
    """The verdict on a seed, and whether it is the right one for the right reason."""
    log = output.with_suffix(".log")
    options = ["--records", str(records), "--output", str(output)]
    if not whole:
        options += ["--workload", seed.workload]
        options += [f"--without={suite}" for suite, record in SUITES if record != seed.needs]
    try:
        tree.git("apply", str(HERE / f"{seed.name}.patch"))
    except subprocess.CalledProcessError:
        return f"not run: the patch does not apply, see {seed.name}.patch", False
    try:
        code = tree.gate(*options, log=log)
    finally:
        tree.git("checkout", "--quiet", ".")
    page = output / "gate.md"
    said = page.read_text() if page.exists() else ""
    verdict = VERDICTS.get(code, f"exit code {code}")
    return verdict, verdict == seed.verdict and re.search(seed.says, said) is not None


def run(seeds: list[Seed], folder: Path, tree: Tree, whole: bool) -> bool:
    """Runs the seeds, and prints a row for each; whether all were caught."""
    records, base = folder / "records", folder / "base"
    if not records.exists():
        print("recording the tree without a seed", file=sys.stderr)
        make_base(tree, records, base)
    print("| seed | what it does | expected | verdict | seconds | |")
    print("| --- | --- | --- | --- | ---: | --- |")
    all_caught = True
    for seed in seeds:
        if (base / seed.needs).exists():
            began = time.monotonic()
            verdict, caught = run_seed(tree, seed, records, folder / seed.name, whole)
            seconds = f"{time.monotonic() - began:.0f}"
        else:
            verdict, caught, seconds = f"not run: the gate has no {seed.needs}", False, ""
        all_caught = all_caught and caught
        word = "caught" if caught else "NOT CAUGHT"
        print(
            f"| {seed.name} | {seed.about} | {seed.verdict} | {verdict} | {seconds} | {word} |",
            flush=True,
        )
    return all_caught


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [seed.name for seed in SEEDS]
    parser.add_argument("--only", action="append", choices=names, help="run only this seed")
    parser.add_argument("--list", action="store_true", help="show the seeds")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="measure everything for each seed, not only what it is of",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="folder for logs, pages and the record of the tree without a seed, "
        "which is used again if it is there",
    )
    arguments = parser.parse_args()
    if arguments.list:
        for seed in SEEDS:
            print(f"{seed.name}: {seed.about}; {seed.verdict}")
        return
    seeds = [seed for seed in SEEDS if not arguments.only or seed.name in arguments.only]
    folder = (arguments.output or Path(tempfile.mkdtemp(prefix="seeds-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tree = Tree(folder)
    try:
        all_caught = run(seeds, folder, tree, arguments.whole)
    finally:
        tree.remove()
    print(f"\nlogs and pages are in {folder}")
    sys.exit(0 if all_caught else 1)


if __name__ == "__main__":
    main()
