"""How fresh a view is, whoever wrote it last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from workbench.core.clock import FakeClock
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.freshness import Freshness, freshness
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def view(place: Workspace) -> FeatureView:
    rows = pa.table({"key": ["a", "b"], "at": [NOW - 5 * HOUR, NOW - 3 * HOUR], "value": [1, 2]})
    ingest(rows, name="rows", time="at")
    return feature_view(entities=Entity("key"), source="rows")


def test_a_view_that_nobody_wrote_has_no_times(view: FeatureView) -> None:
    assert freshness() == [Freshness("rows", "rows@1", 0, None, None, None, None, None)]


def test_materialized_then_pushed(view: FeatureView, clock: FakeClock) -> None:
    materialize(view)
    clock.advance(HOUR)
    (known,) = freshness(view)
    assert known == Freshness(
        "rows", "rows@1", 2, NOW - 3 * HOUR, NOW, NOW, 4 * HOUR, "materialize"
    )
    push(view, [{"key": "c", "value": 3, "at": NOW}, {"key": "a", "value": 3, "at": NOW - HOUR}])
    clock.advance(HOUR)
    (known,) = freshness("rows")
    assert known == Freshness("rows", "rows@1", 3, NOW, NOW, NOW + HOUR, 2 * HOUR, "push")
    materialize(view)
    (known,) = freshness()
    assert (known.materialized_at, known.source, known.newest_event) == (
        NOW + 2 * HOUR,
        "materialize",
        NOW,
    )


def test_a_push_writes_no_records(
    view: FeatureView, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(place.metadata.executions())
    push(view, [{"key": "c", "value": 3}])
    assert len(place.metadata.executions()) == before


def test_a_table_that_shows_a_moment_is_as_old_as_it_was_then(
    view: FeatureView, clock: FakeClock
) -> None:
    materialize(view, at=NOW - 4 * HOUR)
    clock.advance(timedelta(days=99))
    (known,) = freshness()
    assert (known.as_of, known.lag, known.rows) == (NOW - 4 * HOUR, HOUR, 1)


def test_it_is_json(view: FeatureView) -> None:
    materialize(view)
    (known,) = freshness()
    assert json.loads(json.dumps(known.to_json())) == {
        "view": "rows",
        "ref": "rows@1",
        "rows": 2,
        "newest_event": "2013-12-31T09:00:00+00:00",
        "materialized_at": "2013-12-31T12:00:00+00:00",
        "written_at": "2013-12-31T12:00:00+00:00",
        "lag": 10800.0,
        "source": "materialize",
        "as_of": None,
        "unfinished": False,
    }
