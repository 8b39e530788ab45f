"""A workspace of a test's own, whose clock stands at the end of 2013."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench import workspace
from workbench.core.clock import FakeClock
from workbench.core.settings import load_settings
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def place(tmp_path: Path, clock: FakeClock) -> Iterator[Workspace]:
    with workspace.use(Workspace(load_settings(home=tmp_path / "home"), clock)) as made:
        yield made
