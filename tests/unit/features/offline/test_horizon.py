"""A row is learned from once its label is known, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.unit.features.conftest import NOW
from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.workspace import Workspace

DAY = timedelta(days=1)
TIMES = [NOW - 3 * DAY, NOW - DAY, NOW - DAY + timedelta(microseconds=1), NOW - 2 * DAY]


@pytest.fixture
def view(place: Workspace) -> FeatureView:
    rows = pa.table({"plane": [1], "time": [NOW - 10 * DAY], "seats": [50]})
    return feature_view(name="planes", entities=Entity("plane"), time="time")(lambda: rows)


def spine(**more: Any) -> pa.Table:
    return pa.table(
        {"plane": [1, 1, 2, 2], "at": TIMES, "late": [True, False, True, False], **more}
    )


def made(view: FeatureView, rows: Any, **more: Any) -> Dataset:
    return training_set(rows, view, name="set", **{"time": "at", "label": "late", **more})


@pytest.mark.parametrize("horizon", ["1d", DAY, "24h"])
def test_rows_whose_label_is_not_known_yet_are_set_aside_and_counted(
    view: FeatureView, horizon: Any
) -> None:
    with pytest.warns(UserWarning, match="1 of 4 rows are set aside: their label 'late'"):
        found = made(view, spine(), horizon=horizon)
    table = found.to_arrow()
    assert table["at"].to_pylist() == [TIMES[0], TIMES[1], TIMES[3]]
    assert table["seats"].to_pylist() == [50, 50, None]
    assert found.artifact.properties["pending"] == 1
    assert found.artifact.properties["horizon"] == "1d"
    assert found.artifact.properties["label_counts"] == {"True": 1, "False": 2}


def test_a_later_training_set_has_them(view: FeatureView, clock: FakeClock) -> None:
    clock.advance(timedelta(microseconds=1))
    found = made(view, spine(), horizon="1d")
    assert (found.rows, found.artifact.properties["pending"]) == (4, 0)


def test_a_column_says_when_each_label_is_known_and_is_left_out(view: FeatureView) -> None:
    landed = [NOW, NOW + timedelta(microseconds=1), None, NOW - DAY]
    rows = spine(landed=pa.array(landed, pa.timestamp("us", tz="UTC")))
    with pytest.warns(UserWarning, match="2 of 4 rows are set aside"):
        found = made(view, rows, horizon="landed")
    assert found.to_arrow()["at"].to_pylist() == [TIMES[0], TIMES[3]]
    assert "landed" not in found.to_arrow().column_names
    with pytest.warns(UserWarning, match="2 of 4"):
        found = made(view, rows, horizon="landed", columns=["plane", "at", "late"])
    assert found.to_arrow().column_names == ["plane", "at", "late", "seats"]
    with pytest.warns(UserWarning, match="2 of 4"):
        found = made(view, rows, horizon="landed", columns=["plane", "at", "late", "landed"])
    assert "landed" in found.to_arrow().column_names


def test_splits_stay_those_of_the_spine(view: FeatureView) -> None:
    rows = ingest(
        spine(), name="rows", time="at", label="late", split={"a": NOW - 1.5 * DAY, "b": None}
    )
    assert rows.splits == {"a": 2, "b": 2}
    with pytest.warns(UserWarning, match="1 of 4"):
        found = training_set(rows, view, name="set", horizon="1d")
    assert found.splits == {"a": 2, "b": 1}
    for split in found.splits:
        times = found.to_arrow(split)["at"].to_pylist()
        assert times == [t for t in rows.to_arrow(split)["at"].to_pylist() if t <= NOW - DAY]
    with pytest.warns(UserWarning, match="2 of 8"):
        twice = training_set([rows, rows], view, name="set", horizon="1d")
    assert twice.splits == {"a": 4, "b": 2}


def test_text_and_naive_times_are_times(view: FeatureView) -> None:
    rows = spine(landed=["2013-12-31T12:00:00", "2014-01-01", None, "2013-12-30T23:00:00-01:00"])
    with pytest.warns(UserWarning, match="2 of 4"):
        found = made(view, rows, horizon="landed")
    assert found.to_arrow()["at"].to_pylist() == [TIMES[0], TIMES[3]]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"horizon": "100d"}, "of none of the 4 rows is known yet"),
        ({"horizon": "landd"}, "'landd' is neither.*'landed'"),
        ({"horizon": "at"}, "is the time at which rows are decided"),
        ({"horizon": "plane"}, "'plane' holds int64, not times"),
        ({"horizon": "1d", "label": None}, "the spine has none; name it: label"),
        ({"horizon": timedelta(0)}, "no stretch of whole seconds"),
        ({"horizon": 5}, "5 is no stretch"),
        ({"horizon": "early"}, "1 rows was known at 'early', before they were decided at 'at'"),
    ],
)
def test_what_is_no_horizon_is_refused(
    view: FeatureView, more: dict[str, Any], message: str
) -> None:
    later = pa.array([NOW] * 4, pa.timestamp("us", tz="UTC"))
    early = pa.array([NOW, NOW, NOW, datetime(2013, 1, 1, tzinfo=UTC)], later.type)
    with pytest.raises(InvalidInput, match=message):
        made(view, spine(landed=later, early=early), **more)
