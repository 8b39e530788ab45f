"""Following a plan: what is said of each feature, whatever the number of views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureService
from workbench.features.online.fetching import Served, fetch
from workbench.features.online.materialization import materialize
from workbench.features.online.plans import plan_of
from workbench.features.online.reading import online
from workbench.features.online.stores.sqlite import SqliteStore
from workbench.features.online.stores.store import Wanted
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)


@pytest.fixture
def service(place: Workspace) -> FeatureService:
    """Return a service over a view that grows old, one that does not, and a static one."""
    times = [NOW - timedelta(hours=hours) for hours in (2, 30)]
    rows = pa.table({"origin": ["JFK", "EWR"], "at": times, "temp": [31.0, 27.0]})
    weather = ingest(rows, name="weather", time="at")
    origin = Entity("origin")
    short = feature_view(entities=origin, source=weather, ttl=timedelta(hours=6), name="short")
    ever = feature_view(entities=origin, source=weather, name="ever")
    built = ingest(pa.table({"origin": ["JFK", "EWR"], "built": [1948, None]}), name="airports")
    static = feature_view(entities=origin, source=built, name="static")
    return feature_service("all", [short, ever, static])


def test_each_feature_says_whether_it_is_present_missing_or_expired(
    service: FeatureService,
) -> None:
    materialize()
    known = online(
        service, [{"origin": each} for each in ("JFK", "EWR", "LGA", None)], statuses=True
    )
    fresh, old = NOW - timedelta(hours=2), NOW - timedelta(hours=30)
    missing = Served(None, "missing", None)
    assert known == [
        {
            "short__temp": Served(31.0, "present", fresh),
            "ever__temp": Served(31.0, "present", fresh),
            "built": Served(1948, "present", None),
        },
        {
            "short__temp": Served(None, "expired", old),
            "ever__temp": Served(27.0, "present", old),
            "built": Served(None, "present", None),  # a null that its row says
        },
        dict.fromkeys(known[0], missing),
        dict.fromkeys(known[0], missing),
    ]


def test_what_became_known_after_the_moment_asked_for_is_missing(service: FeatureService) -> None:
    materialize()
    (known,) = online(service, {"origin": "JFK"}, at=NOW - timedelta(hours=3), statuses=True)
    assert known["ever__temp"] == Served(None, "missing", None)


class Counting(SqliteStore):
    """A store that notes how often it was asked."""

    asked = 0

    def rows_of(
        self, wanted: Sequence[Wanted]
    ) -> list[tuple[bytes | None, Sequence[bytes | None]]]:
        self.asked += 1
        return super().rows_of(wanted)


def test_all_views_of_all_entities_are_read_in_one_round_trip(
    service: FeatureService, place: Workspace
) -> None:
    materialize()
    store = Counting(Path(place.settings.online_url.removeprefix("sqlite:///")))
    found = fetch(store, plan_of(service), [{"origin": "JFK"}] * 200, now=NOW)
    assert store.asked == 1
    assert found.rows == [{"short__temp": 31.0, "ever__temp": 31.0, "built": 1948}] * 200
    store.close()


def test_a_view_that_nobody_wrote_is_named(service: FeatureService, place: Workspace) -> None:
    materialize("ever")
    store = SqliteStore(Path(place.settings.online_url.removeprefix("sqlite:///")))
    found = fetch(store, plan_of(service), [{"origin": "JFK"}, {"origin": None}], now=NOW)
    assert found.absent == ["short", "static"]
    store.close()


def test_what_names_a_version_is_looked_up_once(
    service: FeatureService, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    materialize()
    entity = {"origin": "JFK"}
    pinned: list[Any] = [service, "all@1", "ever@1:temp", ["short@1", "static@1:built"]]
    for asked in pinned:
        online(asked, entity)
    with monkeypatch.context() as patch:
        patch.setattr(type(place.metadata), "reading", None)  # any look at the records would fail
        for asked in pinned:
            online(asked, entity)
    ingest(pa.table({"origin": ["JFK"], "built": [1950]}), name="airports")
    materialize(feature_view(entities=Entity("origin"), source="airports", name="static"))
    assert online("static", entity) == [{"built": 1950}]


def test_a_plan_of_another_format_is_refused(service: FeatureService, tmp_path: Path) -> None:
    plan = {**plan_of(service), "format": 0}
    with pytest.raises(InvalidInput, match="the plan has format 0, not 1; compile it again"):
        fetch(SqliteStore(tmp_path / "online.db"), plan, [])
