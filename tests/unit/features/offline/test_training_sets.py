"""A training set is its spine, row for row, and what was known at each row's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.lineage import lineage
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
ORIGIN = Entity("origin", keys=["origin"])


def hour(count: float) -> datetime:
    return START + timedelta(hours=count)


@pytest.fixture
def weather(place: Workspace) -> FeatureView:
    table = pa.table(
        {
            "origin": ["JFK", "JFK", "EWR"],
            "time_hour": [hour(0), hour(2), hour(1)],
            "temp": [30.0, 32.0, 31.0],
        }
    )
    source = ingest(table, name="weather", time="time_hour")
    return feature_view(
        name="weather_hourly", entities=[ORIGIN], source=source, ttl=timedelta(hours=3)
    )


@pytest.fixture
def flights(place: Workspace) -> Dataset:
    table = pa.table(
        {
            "origin": ["JFK", "EWR", None, "JFK", "JFK", "LGA"],
            "time": [hour(3), hour(0), hour(1), hour(3), hour(9), hour(1)],
            "late": [0, 1, 0, 1, 0, 0],
        }
    )
    return ingest(table, name="flights", time="time", label="late")


def test_every_spine_row_comes_back_once_and_in_order(
    weather: FeatureView, flights: Dataset
) -> None:
    made = training_set(flights, [weather], name="delays")
    frame = made.to_arrow()
    assert frame.select(["origin", "time", "late"]).equals(flights.to_arrow())
    assert frame["temp"].to_pylist() == [32.0, None, None, 32.0, None, None]
    assert (made.time, made.label) == ("time", "late")
    assert made.artifact.properties["spine"] == "flights@1"
    assert made.artifact.properties["features"] == ["weather_hourly@1:temp"]


def test_lineage_leads_to_the_spine_and_through_the_view(
    weather: FeatureView, flights: Dataset
) -> None:
    made = training_set("flights", "weather_hourly:temp", name="delays")
    graph = lineage(made)
    edges = {(each.source_column, each.target_column) for each in graph.columns}
    assert {("temp", "temp"), ("late", "late"), ("time", "time")} <= edges
    assert {"dataset:weather@1", "dataset:flights@1", "feature_view:weather_hourly@1"} <= {
        f"{node.kind}:{node.ref}" for node in graph.nodes
    }


def test_a_frame_is_a_spine_whatever_its_time_zones(weather: FeatureView) -> None:
    east = timezone(timedelta(hours=-5))
    frame = pd.DataFrame(
        {
            "origin": ["JFK", "JFK", "EWR"],
            "at": [hour(1).astimezone(east), hour(2), hour(1).replace(tzinfo=None)],
        }
    )
    frame["at"] = frame["at"].astype(object)
    for spine in (frame.iloc[:2], frame.iloc[2:]):
        made = training_set(spine, [weather], name="delays", time="at")
        expected = [30.0, 32.0] if len(spine) == 2 else [31.0]
        assert made.to_arrow()["temp"].to_pylist() == expected


def test_splits_are_the_spine_s_own_unless_others_are_given(
    weather: FeatureView, flights: Dataset
) -> None:
    parted = ingest(
        flights.to_arrow(), name="flights", time="time", split={"train": hour(2), "test": None}
    )
    assert training_set(parted, weather, name="delays").splits == {"train": 3, "test": 3}
    given = training_set(parted, weather, name="delays", split={"a": hour(9), "b": None})
    assert given.splits == {"a": 5, "b": 1}
    named = flights.to_arrow().append_column("part", pa.array(list("xyxyxy")))
    by_column = ingest(named, name="flights", time="time", split="part")
    assert training_set(by_column, weather, name="delays").splits == {"x": 3, "y": 3}
    shared = ingest(
        flights.to_arrow(), name="flights", time="time", split={"train": 0.5, "test": 0.5}
    )
    made = training_set(shared, weather, name="delays")
    columns = [each.name for each in shared.columns]
    for split in shared.splits:
        assert made.to_arrow(split, columns).equals(shared.to_arrow(split))


def test_a_feature_whose_name_is_taken_bears_its_view_s(weather: FeatureView) -> None:
    spine = pa.table({"origin": ["JFK"], "at": [hour(1)], "temp": [99]})
    made = training_set(spine, [weather], name="delays", time="at")
    assert made.to_arrow().select(["temp", "weather_hourly__temp"]).to_pylist() == [
        {"temp": 99, "weather_hourly__temp": 30.0}
    ]


def test_a_label_is_counted_and_one_class_is_warned_of(
    weather: FeatureView, flights: Dataset
) -> None:
    made = training_set(flights, [weather], name="delays")
    assert made.artifact.properties["label_counts"] == {"0": 4, "1": 2}
    spine = pa.table({"origin": ["JFK"], "at": [hour(1)], "late": [1]})
    with pytest.warns(UserWarning, match="'late' has only the value 1 in 1 rows"):
        training_set(spine, [weather], name="delays", time="at", label="late")


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        ({"origin": []}, {}, "no rows"),
        ({"origin": ["JFK"]}, {}, "spine has no time, and the view 'weather_hourly' changes"),
        ({"origin": ["JFK"], "at": [hour(1)]}, {"time": "att"}, "no time column 'att'.*'at'"),
        ({"orgin": ["JFK"], "at": [hour(1)]}, {"time": "at"}, "no column 'origin'.*'orgin'"),
        ({"origin": [1], "at": [hour(1)]}, {"time": "at"}, "'origin' holds int64"),
        ({"origin": ["JFK", "JFK"], "at": [hour(1), None]}, {"time": "at"}, "1 of the spine's 2"),
        ({"origin": ["J"], "at": [hour(1)]}, {"time": "at", "label": "l"}, "no label column 'l'"),
    ],
)
def test_a_wrong_spine_is_refused_and_nothing_is_stored(
    place: Workspace,
    weather: FeatureView,
    columns: dict[str, list[object]],
    arguments: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(InvalidInput, match=message):
        training_set(pa.table(columns), [weather], name="delays", **arguments)
    assert not place.metadata.artifacts("dataset", "delays")
    assert [each.state for each in place.metadata.executions("training_set")] == ["failed"]


def test_an_unknown_view_is_named(weather: FeatureView, flights: Dataset) -> None:
    with pytest.raises(NotFound, match=r"'weather'.*'weather_hourly'"):
        training_set(flights, ["weather"], name="delays")


def test_static_views_alone_need_no_time(place: Workspace) -> None:
    planes = ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    view = feature_view(entities=[Entity("tailnum")], source=planes)
    made = training_set(pa.table({"tailnum": ["N2", "N1", "N1"]}), view, name="fleet")
    assert made.to_arrow()["seats"].to_pylist() == [None, 149, 149]
