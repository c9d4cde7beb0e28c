"""Fixtures of the tests of the public names."""

from __future__ import annotations

import pytest

from .public_names import STUB, TABLE, Entry, without_doeffs


@pytest.fixture(params=TABLE.values(), ids=str)
def row(request: pytest.FixtureRequest) -> Entry:
    """Each row of the table."""
    return request.param


@pytest.fixture
def stubbed(row: Entry) -> Entry:
    """What the stub says about the name of the row, but for what only doeff has of it."""
    return without_doeffs(STUB[row.name])
