"""Leakage is counted, told and measured by what it would be worth."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline import comparing
from workbench.features.offline.leakage import leakage
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 2_000


def hour(count: float) -> datetime:
    return START + timedelta(hours=count)


@pytest.fixture
def spine() -> pa.Table:
    late = np.random.default_rng(3).random(ROWS) < 0.3
    return pa.table(
        {
            "flight": np.arange(ROWS),
            "at": [hour(place) for place in range(ROWS)],
            "late": late,
        }
    )


def delays(spine: pa.Table, lateness: float, **more: object) -> FeatureView:
    """A view that says each flight's own label, `lateness` hours after its time."""
    rows = pa.table(
        {
            "flight": spine["flight"],
            "time": spine["at"],
            "made": [hour(place + lateness) for place in range(ROWS)],
            "delay": spine["late"].cast(pa.int64()),
        }
    )
    define = feature_view(  # type: ignore[call-overload]
        name="recent", entities=Entity("flight"), time="time", created="made", **more
    )
    return define(lambda: rows)  # type: ignore[no-any-return]


def test_a_label_that_leaks_is_worth_all_by_event_time_and_nothing_as_known(
    place: Workspace, spine: pa.Table
) -> None:
    found = leakage(spine, delays(spine, 2), time="at", label="late")
    (leak,) = found.features
    assert (leak.feature, leak.rows, leak.share) == ("recent:delay", ROWS, 1.0)
    assert (leak.late_median, leak.late_most) == (timedelta(hours=2), timedelta(hours=2))
    assert found.metric == "AUC"
    assert leak.known == pytest.approx(0.5, abs=0.05)
    assert leak.by_event_time == pytest.approx(1.0, abs=0.01)
    first = leak.examples[0]
    assert (first.row, first.keys, first.at) == (0, {"flight": 0}, hour(0))
    assert (first.known, first.late) == (None, timedelta(hours=2))
    assert "recent:delay: 2,000 rows (100.0%), 2 hours late in the middle" in str(found)


def test_what_is_known_when_it_happens_does_not_leak(place: Workspace, spine: pa.Table) -> None:
    found = leakage(spine, delays(spine, 0), time="at", label="late")
    (leak,) = found.features
    assert (leak.rows, leak.late_most, leak.examples) == (0, None, ())
    assert leak.known == leak.by_event_time == pytest.approx(1.0, abs=0.01)
    assert str(found) == "Nothing leaks in 2,000 rows: a join by event time gives the same."


def test_windows_leak_as_well(place: Workspace, spine: pa.Table) -> None:
    view = delays(spine, 2, aggregations=[Aggregation("count", windows=["1h", "30d"])])
    found = leakage(spine, [view], time="at")
    assert {each.feature: each.rows for each in found.features} == {
        "recent:count_1h": ROWS,
        "recent:count_30d": ROWS,
    }
    assert found.features[0].late_median is None
    assert found.metric is None


def test_the_features_that_leak_most_come_first_and_static_ones_do_not_leak(
    place: Workspace, spine: pa.Table
) -> None:
    rows = pa.table({"flight": spine["flight"], "seats": spine["flight"]})
    planes = feature_view(name="planes", entities=Entity("flight"), static=True)(lambda: rows)
    found = leakage(spine, [planes, delays(spine, 1)], time="at")
    assert [(each.feature, each.rows) for each in found.features] == [
        ("recent:delay", ROWS),
        ("planes:seats", 0),
    ]
    frame = found.to_pandas()
    assert frame.loc["recent:delay", "share"] == 1.0


def test_worth_is_measured_on_a_sample_of_many_rows(
    place: Workspace, spine: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "_SAMPLE", 100)
    found = leakage([spine] * 3, delays(spine, 2), time="at", label="late")
    assert found.rows == 3 * ROWS
    assert found.sampled == 100
    assert "worth is measured on 100 of them" in found._repr_html_()


def test_a_number_to_be_guessed_is_measured_by_correlation(
    place: Workspace, spine: pa.Table
) -> None:
    found = leakage(spine, delays(spine, 2), time="at", label="flight")
    assert found.metric == "correlation"
    assert found.features[0].known == pytest.approx(0, abs=0.1)


def test_it_is_json_and_its_page_is_escaped(place: Workspace) -> None:
    spine = pa.table({"key": ["<i>"], "at": [hour(5)]})
    rows = pa.table({"key": ["<i>"], "time": [hour(4)], "made": [hour(6)], "<s>": ["<script>"]})
    view = feature_view(name="odd", entities=Entity("key"), time="time", created="made")(
        lambda: rows
    )
    found = leakage(spine, view, time="at")
    page = found._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    known = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert known["features"][0]["examples"][0]["late_seconds"] == 3600.0


def test_a_label_of_one_value_is_refused(place: Workspace, spine: pa.Table) -> None:
    same = spine.set_column(2, "late", pa.array([True] * ROWS))
    with pytest.raises(InvalidInput, match="'late' has only the value True"):
        leakage(same, delays(spine, 2), time="at", label="late")
    with pytest.raises(InvalidInput, match="no label column 'lat'"):
        leakage(spine, "recent", time="at", label="lat")
