"""The programs in the READMEs of doeff's packages, and doeff's demo, run on our machine."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from .readme_blocks import blocks, run_block, run_demo

NO_ERROR = "--- exit code 0\n"
NEEDS_HY = re.compile(r"ModuleNotFoundError: No module named '(?:doeff_)?hy'")
"""A language of its own, which is not installed."""


def test_blocks_run_without_an_error(doeff_python: str) -> None:
    found = blocks(doeff_python)
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda block: run_block(doeff_python, block), found))
    outcomes = [text for text in outcomes if not NEEDS_HY.search(text)]
    failed = [text for text in outcomes if not text.endswith(NO_ERROR)]
    assert not failed, "\n".join(failed)
    assert len(outcomes) >= 12


def test_the_demo_runs_without_an_error(doeff_python: str) -> None:
    text = run_demo(doeff_python, "demo", "--url", "{page}")
    assert text.endswith(NO_ERROR), text
