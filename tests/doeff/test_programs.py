"""Random programs for the published doeff end on our machine as they did on the published one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).resolve().parent / "differential" / "compare.py"


def test_programs_end_as_recorded(doeff_python: str) -> None:
    command = [sys.executable, str(COMPARE), doeff_python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 programs, 0 different" in done.stdout
