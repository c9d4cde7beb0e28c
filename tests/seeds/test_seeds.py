"""The seeds of the gate: each patch applies to the sources; one that does not is told."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "bench-suites" / "seeds"
PATCHES = sorted(SEEDS.glob("*.patch"))


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """The script that runs the seeds."""
    spec = importlib.util.spec_from_file_location("seeds_run", SEEDS / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needs_repository() -> None:
    """Skips where there is no git, or no repository."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    words = ["git", "rev-parse", "--is-inside-work-tree"]
    if subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{ROOT} is not in a git repository")


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_patch_applies(patch: Path) -> None:
    needs_repository()
    words = ["git", "apply", "--check", str(patch)]
    checked = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_each_seed_has_its_patch(run: ModuleType) -> None:
    assert PATCHES
    assert {seed.name for seed in run.SEEDS} <= {patch.stem for patch in PATCHES}


def test_a_seed_that_does_not_apply_is_told_and_the_next_one_runs(
    run: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    applied: list[str] = []

    class Tree:
        """A tree where nothing but the second patch applies."""

        def git(self, *words: str) -> None:
            if words[0] == "apply" and "second" not in words[1]:
                raise subprocess.CalledProcessError(1, words)
            applied.append(words[0])

        def gate(self, *_options: str, log: Path) -> int:
            log.touch()
            (log.with_suffix("") / "gate.md").parent.mkdir()
            (log.with_suffix("") / "gate.md").write_text("it says why")
            return 1

    for folder in ("records", "base"):
        (tmp_path / folder).mkdir()
    (tmp_path / "base" / "instructions.json").touch()
    seeds = [
        run.Seed(name, "something", "regressed", "says why", "runs") for name in ("first", "second")
    ]
    monkeypatch.setattr(run, "HERE", tmp_path)
    assert not run.run(seeds, tmp_path, Tree(), whole=False)
    rows = [line for line in capsys.readouterr().out.splitlines() if "something" in line]
    assert "| first |" in rows[0]
    assert "the patch does not apply" in rows[0]
    assert "NOT CAUGHT" in rows[0]
    assert "| second |" in rows[1]
    assert "| caught |" in rows[1]
    assert applied == ["apply", "checkout"]
