"""A training set is its spine, row for row, and what was known at each row's time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


TIME = pa.timestamp("us", tz="UTC")


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


EAST = timezone(timedelta(hours=-5))
#: Instants 1, 2 and 3 hours after START, and how a frame may say them.
SAID = {
    "in UTC": [hour(1), hour(2), hour(3)],
    "in another zone": [hour(each).astimezone(EAST) for each in (1, 2, 3)],
    "in a zone with summer time": [hour(n).astimezone(ZoneInfo("Asia/Tokyo")) for n in (1, 2, 3)],
    "without a zone": [hour(each).replace(tzinfo=None) for each in (1, 2, 3)],
    "in mixed zones": [hour(1).astimezone(EAST), hour(2), hour(3).replace(tzinfo=None)],
    "without a zone first": [hour(1).replace(tzinfo=None), hour(2).astimezone(EAST), hour(3)],
    "as text": ["2013-01-01 01:00", "2013-01-01T02:00", "2013-01-01 03:00:00"],
    "as text with zones": ["2013-01-01T01:00Z", "2012-12-31T21:00-05:00", "2013-01-01T12:00+09:00"],
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("kind", ["object", "own"])
def test_a_frame_is_a_spine_whatever_its_time_zones(
    weather: FeatureView, said: str, kind: str
) -> None:
    times = pd.Series(SAID[said], dtype=object)
    if kind == "own" and said not in ("in mixed zones", "without a zone first"):
        times = pd.Series(SAID[said])
    frame = pd.DataFrame({"origin": ["JFK", "JFK", "EWR"], "at": times})
    made = training_set(frame, [weather], name="delays", time="at").to_arrow()
    assert made["temp"].to_pylist() == [30.0, 32.0, 31.0]
    assert made["at"].to_pylist() == [hour(1), hour(2), hour(3)]


def test_a_time_without_a_zone_is_taken_as_utc_and_the_record_says_so(
    weather: FeatureView,
) -> None:
    naive = pa.table({"origin": ["JFK"], "at": [hour(2).replace(tzinfo=None)]})
    made = training_set(naive, [weather], name="delays", time="at")
    assert made.artifact.properties["assumed_utc"] == ["at"]
    aware = pa.table({"origin": ["JFK"], "at": [hour(2).astimezone(EAST)]})
    made = training_set(aware, [weather], name="delays", time="at")
    assert made.artifact.properties["assumed_utc"] == []
    assert made.to_arrow()["temp"].to_pylist() == [32.0]


def test_a_day_is_its_first_moment_in_utc(weather: FeatureView) -> None:
    days = pa.table({"origin": ["JFK", "JFK"], "on": [date(2013, 1, 1), date(2012, 12, 31)]})
    made = training_set(days, [weather], name="delays", time="on").to_arrow()
    assert made["temp"].to_pylist() == [30.0, None]
    assert made["on"].to_pylist() == [hour(0), hour(-24)]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_any_unit_meet(place: Workspace, unit: str) -> None:
    kind = pa.timestamp(unit, "America/New_York")
    rows = pa.table({"origin": ["JFK"], "at": pa.array([hour(1)], kind), "temp": [7]})
    view = feature_view(entities=[ORIGIN], source=ingest(rows, name="rows", time="at"))
    spine = pa.table({"origin": ["JFK", "JFK"], "at": pa.array([hour(1), hour(0)], kind)})
    made = training_set(spine, view, name="made", time="at").to_arrow()
    assert made["temp"].to_pylist() == [7, None]


def test_rows_of_the_future_wait_for_it(place: Workspace) -> None:
    rows = pa.table({"origin": ["JFK", "JFK"], "at": [hour(1), hour(99_999)], "temp": [1, 2]})
    view = feature_view(entities=[ORIGIN], source=ingest(rows, name="rows", time="at"))
    spine = pa.table({"origin": ["JFK"] * 3, "at": [hour(2), hour(99_998), hour(99_999)]})
    made = training_set(spine, view, name="made", time="at").to_arrow()
    assert made["temp"].to_pylist() == [1, 1, 2]


def test_of_rows_of_one_key_at_one_instant_the_last_answers_in_each_file(
    place: Workspace,
) -> None:
    rows = pa.table({"origin": ["JFK"] * 3, "at": [hour(1)] * 3, "temp": [1, 3, 2]})
    view = feature_view(entities=[ORIGIN], source=ingest(rows, name="rows", time="at"))
    spine = pa.table({"origin": ["JFK", "JFK"], "at": [hour(1), hour(1)]})
    made = training_set(spine, view, name="made", time="at").to_arrow()
    assert made["temp"].to_pylist() == [2, 2]


def test_of_rows_of_a_query_at_one_instant_the_greatest_answers(place: Workspace) -> None:
    rows = pa.table(
        {"origin": ["J"] * 3, "t": [hour(1)] * 3, "temp": [1, 3, None], "more": [[9], [1], [2]]}
    )
    ingest(rows, name="rows", time="t")

    @feature_view(entities=[ORIGIN], time="t")
    def asked() -> str:
        return "SELECT origin, t, temp, more FROM rows"

    spine = pa.table({"origin": ["J"], "at": [hour(1)]})
    made = training_set(spine, asked, name="made", time="at").to_arrow()
    assert made.select(["temp", "more"]).to_pylist() == [{"temp": 3, "more": [1]}]


def test_a_query_s_whole_sums_and_spans_of_time_are_numbers(place: Workspace) -> None:
    rows = pa.table({"origin": ["J"] * 2, "t": [hour(1), hour(2)], "temp": [1, 3]})
    ingest(rows, name="rows", time="t")

    @feature_view(entities=[ORIGIN], time="last")
    def asked() -> str:
        return (
            "SELECT origin, max(t) AS last, sum(temp) AS total, max(t) - min(t) AS span "
            "FROM rows GROUP BY origin"
        )

    spine = pa.table({"origin": ["J"], "at": [hour(2)]})
    made = training_set(spine, asked, name="made", time="at").to_arrow()
    assert made.select(["total", "span"]).to_pylist() == [{"total": 4.0, "span": 3600.0}]


def test_a_view_reads_its_own_version_after_a_column_is_dropped_or_it_is_renamed(
    place: Workspace, weather: FeatureView, flights: Dataset
) -> None:
    without = pa.table({"origin": ["JFK"], "time_hour": [hour(0)], "wind": [9.0]})
    ingest(without, name="weather", time="time_hour")
    frame = training_set(flights, [weather], name="delays").to_arrow()
    assert frame["temp"].to_pylist() == [32.0, None, None, 32.0, None, None]
    with pytest.raises(InvalidInput, match=r"no column 'temp'"):
        weather.refresh()
    feature_view(name="renamed", entities=[ORIGIN], source="weather@1", ttl=timedelta(hours=3))
    made = training_set(flights, ["weather_hourly", "renamed"], name="both").to_arrow()
    assert made["weather_hourly__temp"].equals(made["renamed__temp"])
    with pytest.raises(NotFound, match="'hourly'"):
        training_set(flights, ["hourly"], name="delays")


NAMES = ["a", "A", "b", "B", "é", "É", 'q"uote', "it's", "k0", "f0", "first", "visible", "event"]
NUMBERS = itertools.count()
NAMES += ["row", "__row", "__at", "s", "f", "SELECT", "a b", "a.b", "<b>x</b>", "日本", "%s", "--"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.permutations(NAMES), more=st.text(st.characters(codec="utf-8"), min_size=1))
def test_no_column_s_name_is_taken_for_another(
    place: Workspace, names: list[str], more: str
) -> None:
    key, other, time, event, first, second, third = names[:7]
    taken = {key, other, event, first, second, third, time}
    more = more if more.strip() and more not in taken else "more"
    rows = {key: [1, 2], other: ["x", "y"], event: [hour(0)] * 2}
    rows |= {first: [10, 20], second: [30, 40], third: [50, 60], more: [70, 80]}
    source = ingest(pa.table(rows), name="rows", time=event)
    features = [first, second, third, more]
    view = feature_view(
        name=f"view{next(NUMBERS)}",  # one that changes its features so often would be refused
        entities=[Entity("e", keys=[key, other])],
        source=source,
        features=features,
    )
    spine = {time: [hour(1)] * 3, other: ["y", "x", "x"], key: [2, 1, 2]}
    made = training_set(pa.table(spine), view, name="made", time=time).to_arrow()
    assert made.column_names == [time, other, key, *features]
    found = [made[each].to_pylist() for each in features]
    assert found == [[20, 10, None], [40, 30, None], [60, 50, None], [80, 70, None]]


def test_sql_is_not_asked_for_columns_that_it_cannot_tell_apart(place: Workspace) -> None:
    ingest(pa.table({"a": ["x"], "A": [1], "t": [hour(0)]}), name="rows", time="t")

    def query() -> str:
        return 'SELECT "A" AS key, t, a AS value FROM rows'

    with pytest.raises(InvalidInput, match="rows@1 has the columns 'a' and 'A', which are one"):
        feature_view(entities=[Entity("key")], time="t")(query)


@pytest.mark.parametrize(
    ("kind", "values", "spine_kind", "asked"),
    [
        (pa.int8(), [1, -1], pa.int64(), [-1, 1, 200]),
        (pa.uint64(), [2**63, 1], pa.int64(), [-(2**63), 1, 0]),
        (pa.int64(), [-1, 1], pa.uint64(), [2**64 - 1, 1, 0]),
        (pa.bool_(), [True, False], pa.bool_(), [False, True, None]),
        (pa.date32(), [date(1969, 1, 1), date(2013, 1, 1)], pa.date32(), [date(2013, 1, 1)] * 3),
        (pa.binary(), [b"\x00", b""], pa.binary(), [b"", b"\x00", b"0"]),
        (pa.float64(), [float("nan"), 0.0], pa.float32(), [-0.0, 1.0, float("nan")]),
        (pa.string(), ["", "é"], pa.dictionary(pa.int8(), pa.string()), ["e\u0301", "é", ""]),
        (TIME, [START, hour(1)], TIME, [hour(1), START, hour(2)]),
    ],
    ids=str,
)
def test_keys_are_compared_by_their_values(
    place: Workspace,
    kind: pa.DataType,
    values: list[Any],
    spine_kind: pa.DataType,
    asked: list[Any],
) -> None:
    rows = pa.table({"key": pa.array(values, kind), "at": [START] * 2, "place": [0, 1]})
    view = feature_view(entities=[Entity("key")], source=ingest(rows, name="rows", time="at"))
    spine = pa.table({"key": pa.array(asked, spine_kind), "now": [hour(1)] * 3})
    made = training_set(spine, view, name="made", time="now").to_arrow()

    # NaN equals nothing, as online, where a key that is NaN is missing.
    expected = [next((i for i, v in enumerate(values) if v == each), None) for each in asked]
    assert made["place"].to_pylist() == expected


def test_keys_that_are_all_null_have_no_features(weather: FeatureView) -> None:
    spine = pa.table({"origin": pa.nulls(2), "at": [hour(1)] * 2})
    made = training_set(spine, weather, name="made", time="at").to_arrow()
    assert made["temp"].to_pylist() == [None, None]


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


def test_spines_follow_one_another_with_their_own_splits(
    weather: FeatureView, flights: Dataset
) -> None:
    halves = ingest(
        flights.to_arrow(), name="halves", time="time", split={"train": hour(2), "test": None}
    )
    made = training_set([halves, flights], weather, name="delays")
    assert made.splits == {"train": 3, "test": 3, "all": 6}
    assert made.to_arrow("all")["temp"].to_pylist() == [32.0, None, None, 32.0, None, None]
    assert made.artifact.properties["spines"] == ["halves@1", "flights@1"]
    assert {node.ref for node in lineage(made).nodes} >= {"halves@1", "flights@1"}
    mixed = training_set([flights, flights.to_pandas()], weather, name="delays")
    assert mixed.to_arrow()["temp"].to_pylist() == [32.0, None, None, 32.0, None, None] * 2


def test_spines_may_differ_in_the_order_and_width_of_columns(weather: FeatureView) -> None:
    one = pa.table({"origin": ["JFK"], "at": [hour(1)], "n": pa.array([1], pa.int8())})
    two = pa.table({"n": pa.array([300], pa.int64()), "at": [hour(2)], "origin": ["JFK"]})
    made = training_set([one, two], weather, name="made", time="at").to_arrow()
    assert made.column_names == ["origin", "at", "n", "temp"]
    assert made["n"].to_pylist() == [1, 300]
    assert made["temp"].to_pylist() == [30.0, 32.0]


def test_a_spine_without_rows_among_others_adds_none(weather: FeatureView) -> None:
    rows = pd.DataFrame({"origin": ["JFK"], "at": [hour(1)]})
    none = pd.DataFrame({"origin": [], "at": []})  # pandas calls them numbers
    for spines in ([none, rows], [rows, none]):
        made = training_set(spines, weather, name="made", time="at").to_arrow()
        assert made["temp"].to_pylist() == [30.0]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"origin": ["JFK"]}, "spine 2 has no column 'at', which the first one has"),
        ({"origin": ["J"], "at": [hour(1)], "n": [1]}, "spine 2 has a column 'n'"),
        ({"origin": [1], "at": [hour(1)]}, "'origin' of spine 2 holds int64, and the first"),
    ],
)
def test_a_spine_unlike_the_others_is_named_with_its_column(
    weather: FeatureView, second: dict[str, list[object]], message: str
) -> None:
    first = pa.table({"origin": ["JFK"], "at": [hour(1)]})
    with pytest.raises(InvalidInput, match=message):
        training_set([first, pa.table(second)], weather, name="made", time="at")


def test_progress_is_said_and_an_interrupt_leaves_nothing(
    place: Workspace, weather: FeatureView, flights: Dataset
) -> None:
    told: list[tuple[int, int | None]] = []

    def progress(done: int, total: int | None) -> None:
        told.append((done, total))

    training_set([flights, flights], weather, name="delays", progress=progress)
    assert told == [(6, 12), (12, 12)]

    def interrupt(done: int, total: int | None) -> None:
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training_set([flights, flights], weather, name="other", progress=interrupt)
    assert not place.metadata.artifacts("dataset", "other")
    assert not list((place.home / "tmp").glob("*"))


def test_a_stream_is_a_spine_of_unknown_length(weather: FeatureView) -> None:
    table = pa.table({"origin": ["JFK", "EWR"], "at": [hour(3), hour(1)]})

    def batches() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches(max_chunksize=1)

    reader = pa.RecordBatchReader.from_batches(table.schema, batches())
    made = training_set(reader, weather, name="made", time="at")
    assert made.to_arrow()["temp"].to_pylist() == [32.0, 31.0]
