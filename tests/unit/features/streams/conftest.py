"""Views to stream into, and events to write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.features.conftest import NOW
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.encoding import pack_key
from workbench.workspace import Workspace

START = NOW - timedelta(hours=2)
CARD = Entity("card", keys=["card"])


def at(seconds: float) -> str:
    """Return a time as events write it, some seconds after the start."""
    return (START + timedelta(seconds=seconds)).isoformat()


def pay(seconds: float, amount: Any = 1.0, card: Any = "c1", **more: Any) -> dict[str, Any]:
    return {"card": card, "at": at(seconds), "amount": amount, **more}


class Events:
    """A file of events that grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def write(self, *events: Mapping[str, Any] | str) -> None:
        lines = (each if isinstance(each, str) else json.dumps(each) for each in events)
        with self.path.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def write_all(self, events: Iterable[Mapping[str, Any]]) -> None:
        self.write(*events)


@pytest.fixture
def events(tmp_path: Path) -> Events:
    return Events(tmp_path / "events.jsonl")


def _past(**columns: Any) -> pa.Table:
    old = datetime.fromisoformat("2012-01-01T00:00:00+00:00")
    return pa.table({"card": ["old"], "at": [old], "amount": [0.5], **columns})


def card_key(card: str) -> bytes:
    """Return a card's key as the online store has it."""
    key = pack_key([card], ["string"], ["card"])
    assert key is not None
    return key


@pytest.fixture
def latest(place: Workspace) -> FeatureView:
    """A view of each card's latest payment."""
    return feature_view(
        name="latest", entities=CARD, source=ingest(_past(), name="paid", time="at")
    )


@pytest.fixture
def totals(place: Workspace) -> FeatureView:
    """A view of what each card paid of late."""
    return feature_view(
        name="totals",
        entities=CARD,
        source=ingest(_past(), name="paid", time="at"),
        aggregations=[
            Aggregation("sum", "amount", windows=["1h", "1d"]),
            Aggregation("count", windows=["1h"]),
        ],
    )
