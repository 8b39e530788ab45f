"""The chain from a raw column to an endpoint."""

from __future__ import annotations

import pytest

from tests.unit.features.governance.chain import Chain, made
from workbench.workspace import Workspace


@pytest.fixture
def chain(place: Workspace) -> Chain:
    return made(place)
