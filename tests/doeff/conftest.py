"""The environment in which doeff is installed on our machine."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def doeff_python() -> str:
    """The interpreter of an environment with doeff, doeff-core-effects and our wheel."""
    python = os.environ.get("DOEFF_PYTHON")
    if not python:
        pytest.skip("DOEFF_PYTHON names no interpreter with doeff; `cargo xtask test` installs one")
    return python
