"""Makes every run of the VM a tenth longer, and shows how often a comparison says so.

The patch `slower_time.patch` is committed in a scratch worktree of HEAD, and `cargo xtask ab`
compares the two commits there, over and over with another seed each time. Nineteen of twenty
comparisons have to call the change *slower*, in every row; where fewer do, this ends with exit
code 1.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from run import HERE, Tree

# Of so many comparisons, one may miss.
MISSES = 20

# Processes of each comparison. With five of them every row would need a much quieter machine.
PROCESSES = 24

# What is compared where nothing else is asked for: a workload each of three kinds.
FILTERS = ("resume_churn", "builtin_effects", "program_calls")


def compare(tree: Tree, filters: list[str], seed: int, output: Path) -> list[str]:
    """The verdicts of one comparison, one for each row."""
    words = ["cargo", "xtask", "ab", "HEAD~1", "HEAD", "--builds", "1", "--quick"]
    words += ["--seed", str(seed), "--processes", str(PROCESSES)]
    for name in filters:
        words += ["--filter", name]
    with output.with_suffix(".log").open("w") as log:
        subprocess.run(
            [*words, "--out", str(output)],
            cwd=tree.root,
            env=tree.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )
    page = (output / "ab.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    found = [re.search(r"\b(slower|faster|same|cannot tell)\b", row) for row in rows]
    return [verdict.group(1) for verdict in found if verdict is not None]


def main() -> None:
    """Compares, and counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how many comparisons")
    parser.add_argument("--filter", action="append", help="what is compared; may be repeated")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="slower-"))
    tree = Tree(folder)
    found = 0
    try:
        tree.git("apply", str(HERE / "slower_time.patch"))
        identity = ("-c", "user.name=seeds", "-c", "user.email=seeds@localhost")
        tree.git(*identity, "commit", "--quiet", "--all", "--message", "Make each run longer")
        for seed in range(1, arguments.times + 1):
            verdicts = compare(tree, arguments.filter or list(FILTERS), seed, folder / f"{seed}")
            slower = bool(verdicts) and all(verdict == "slower" for verdict in verdicts)
            found += slower
            print(f"{seed}: {', '.join(verdicts) or 'no row'}", flush=True)
    finally:
        tree.remove()
    print(f"called slower in {found} of {arguments.times}; the pages are in {folder}")
    sys.exit(0 if found >= arguments.times - arguments.times // MISSES else 1)


if __name__ == "__main__":
    main()
