"""The chain from a raw column to an endpoint, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.features.conftest import NOW
from tests.unit.features.governance.chain import Chain, made
from workbench import workspace
from workbench.core.clock import FakeClock
from workbench.core.settings import load_settings
from workbench.workspace import Workspace


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Chain]:
    place = Workspace(load_settings(home=tmp_path_factory.mktemp("chain") / "home"), FakeClock(NOW))
    with workspace.use(place):
        chain = made(place)
    place.metadata.close()
    return place.home, chain


@pytest.fixture
def chain(place: Workspace, original: tuple[Path, Chain]) -> Chain:
    home, chain = original
    shutil.copytree(home, place.home, dirs_exist_ok=True)
    return chain
