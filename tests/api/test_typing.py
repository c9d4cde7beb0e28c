"""The stub's types, as pyright in strict mode sees them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .public_names import ROOT


def pyright() -> str:
    """The pyright of this environment, else the one on PATH."""
    beside = Path(sys.executable).with_name("pyright")
    found = str(beside) if beside.exists() else shutil.which("pyright")
    if found is None:
        pytest.skip("pyright is not installed")
    return found


def test_types_are_inferred_and_mistakes_found(tmp_path: Path) -> None:
    cases = ROOT / "tests" / "api" / "typing_cases.py"
    package = ROOT / "vm" / "py" / "python"
    config = {
        "include": [os.path.relpath(cases, tmp_path)],
        "extraPaths": [str(package)],
        "pythonVersion": "3.11",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [pyright(), "--project", str(tmp_path), "--pythonpath", sys.executable],
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stdout
