"""Training on what was served: its values row for row, and the labels that came in time."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.clock import FakeClock
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.log.events import track_event
from workbench.features.log.predictions import (
    PredictionLog,
    prediction_folder,
    prediction_log,
)
from workbench.features.log.served import FeatureLog, feature_log, log_folder
from workbench.features.log.served_records import Feature, Row, Shape
from workbench.features.offline.late_labels import Known as KnownLabels
from workbench.features.offline.late_labels import Labels, labelled
from workbench.features.offline.training_sets import training_set
from workbench.lineage import lineage
from workbench.workspace import Workspace

HOUR = timedelta(hours=1)
SHAPE = Shape(
    "flights@1",
    (Column("carrier", "string"),),
    (Column("distance", "float64"),),
    (
        Feature("delay", "float64", "carrier@1", 0),
        Feature("at", "string", "carrier@1", 1),
        Feature("time", "int64", "carrier@1", 2),
    ),
    ("carrier@1",),
)


def micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**6


@pytest.fixture
def start(place: Workspace) -> datetime:
    """Define a service, log four requests of it an hour apart, and return when they began."""
    table = pa.table({"carrier": ["UA"], "delay": [9.0], "at": ["x"], "time": [1]})
    view = feature_view(
        name="carrier",
        entities=[Entity("carrier", keys=["carrier"])],
        source=ingest(table, name="carriers"),
    )
    feature_service("flights", [view])
    log = FeatureLog(log_folder(place.home, "flights"), SHAPE)
    now = place.clock.now()
    for i, carrier in enumerate(["UA", "DL", "航空", "<b>"]):
        values = [None if i == 3 else i + 0.5, f"value {i}", i]
        row = Row([carrier], [100 * i], values, bytes([2 if i == 3 else 0]), [micros(now)])
        log.append(f"r{i}", micros(now + i * HOUR), [row])
    log.close()
    return now


def test_the_rows_are_what_was_served_and_nothing_else(start: datetime) -> None:
    made = training_set(from_log="flights", name="all")
    assert made.to_arrow().to_pylist() == [
        {
            "request_id": f"r{i}",
            "at": start + i * HOUR,
            "carrier": carrier,
            "distance": 100.0 * i,
            "delay": None if i == 3 else i + 0.5,
            "served_at": f"value {i}",
            "time": i,
        }
        for i, carrier in enumerate(["UA", "DL", "航空", "<b>"])
    ]
    assert (made.time, made.label) == ("at", None)
    some = training_set(from_log=feature_log("flights", since=start + HOUR), name="some")
    assert some.rows == 3
    assert some.artifact.properties["from_log"]["since"] == (start + HOUR).isoformat()
    few = training_set(from_log="flights", columns=["delay", "time"], name="few")
    assert few.to_arrow().column_names == ["delay", "time"]


def test_a_label_is_the_newest_within_the_horizon(start: datetime, clock: FakeClock) -> None:
    clock.advance(10 * HOUR)
    track_event("landings", "r0", late=False, time=start + 0.5 * HOUR)
    track_event("landings", "r0", late=True, time=start + HOUR)  # inclusive
    track_event("landings", "r0", late=False, time=start + 1.01 * HOUR)
    track_event("landings", "r1", late=None, time=start + 1.5 * HOUR)
    track_event("landings", "r2", late=True, time=start + 4 * HOUR)
    track_event("landings", "other", late=True, time=start)
    track_event("landings", "r3", late=False, time=start)  # by another clock
    made = training_set(
        from_log="flights", labels="landings", label="late", horizon=HOUR, name="labelled"
    )
    assert made.to_arrow().select(["request_id", "late"]).to_pylist() == [
        {"request_id": "r0", "late": True},
        {"request_id": "r3", "late": False},
    ]
    assert made.label == "late"
    assert made.artifact.properties["served"] == {
        "rows": 4,
        "repeated": 0,
        "labelled": 2,
        "otherwise": 0,
        "pending": 0,
        "unlabelled": 2,
        "labels": {"late": 2, "early": 1, "unknown": 1},
    }
    assert made.artifact.properties["label_counts"] == {"True": 1, "False": 1}


def test_what_has_no_label_is_negative_only_once_its_horizon_is_over(
    start: datetime, clock: FakeClock
) -> None:
    track_event("clicks", "r1", clicked=True, time=start + 1.5 * HOUR)
    clock.advance(3 * HOUR)
    labels = Labels("clicks", otherwise=False)
    made = training_set(from_log="flights", labels=labels, horizon="1h", name="clicks")
    # At three o'clock the label of two o'clock's request may still come.
    assert made.to_arrow().select(["request_id", "clicked"]).to_pylist() == [
        {"request_id": "r0", "clicked": False},
        {"request_id": "r1", "clicked": True},
    ]
    served = made.artifact.properties["served"]
    assert (served["labelled"], served["otherwise"], served["pending"]) == (1, 1, 2)
    clock.advance(HOUR)
    again = training_set(from_log="flights", labels=labels, horizon="1h", name="clicks")
    assert again.to_arrow()["request_id"].to_pylist() == ["r0", "r1", "r2"]
    with pytest.raises(InvalidInput, match="nothing says after how long"):
        training_set(from_log="flights", labels=labels, name="clicks")
    wrong = Labels("clicks", otherwise="no")
    with pytest.raises(InvalidInput, match="otherwise='no' is no bool"):
        training_set(from_log="flights", labels=wrong, horizon="1h", name="clicks")


def test_labels_may_be_a_dataset_or_a_frame(start: datetime) -> None:
    frame = pd.DataFrame({"request_id": ["r2", "r0", "r9"], "late": [1, 0, 1]})
    made = training_set(from_log="flights", labels=frame, label="late", name="framed")
    assert made.to_arrow().select(["request_id", "late"]).to_pylist() == [
        {"request_id": "r0", "late": 0},
        {"request_id": "r2", "late": 1},
    ]
    timed = frame.assign(landed=[start + 9 * HOUR, start, start])
    landed = ingest(timed, name="landed", time="landed", label="late")
    with pytest.warns(UserWarning, match="only the value 0"):
        kept = training_set(from_log="flights", labels="landed", horizon="1h", name="timed")
    assert kept.to_arrow()["request_id"].to_pylist() == ["r0"]
    reads = {each.ref for each in lineage(kept.ref).upstream()}
    assert {"landed@1", "carrier@1", "flights@1"} <= reads
    assert landed.ref == "landed@1"


def test_lineage_leads_from_a_column_to_the_view_that_served_it(start: datetime) -> None:
    made = training_set(from_log="flights", name="all")
    graph = lineage(made.ref)
    assert {"carrier@1", "flights@1"} <= {each.ref for each in graph.upstream()}
    path = lineage("carrier@1", kind="feature_view").column_path("at")
    assert (made.artifact.id, "served_at") in path


def test_a_request_that_was_sent_again_counts_once(start: datetime, place: Workspace) -> None:
    log = FeatureLog(log_folder(place.home, "flights"), SHAPE)
    row = Row(["UA"], [7], [7.5, "again", 7], bytes(1), [None])
    log.append("r1", micros(start + HOUR) + 1, [row])
    log.close()
    made = training_set(from_log="flights", name="once")
    assert made.to_arrow()["request_id"].to_pylist() == ["r0", "r1", "r2", "r3"]
    assert made.to_arrow()["delay"].to_pylist() == [0.5, 7.5, 2.5, None]
    assert made.artifact.properties["served"]["repeated"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"labels": "landings"}, "no events 'landings' were tracked"),
        ({"labels": pd.DataFrame({"late": [1]})}, "the labels has no column 'request_id'"),
        ({"labels": pd.DataFrame({"id": [1], "late": [1]})}, "the ids in 'id' are int64, not text"),
        ({"labels": pd.DataFrame({"id": ["r0"]})}, "'the labels' has 0 values: none"),
        ({"labels": pd.DataFrame({"id": ["r0"], "a": [1], "b": [1]})}, "2 values: 'a', 'b'"),
        ({"labels": pd.DataFrame({"id": ["r0"], "a": [1]}), "label": "b"}, "no label .* 'b'"),
        ({"labels": pd.DataFrame({"id": ["r0"], "delay": [1]})}, "has the name of a column"),
        ({"labels": pd.DataFrame({"id": ["r9"], "late": [1]})}, "none of the 4 rows has a label"),
        ({"labels": pd.DataFrame({"id": ["r0"], "late": [None]})}, "none of the 4 rows"),
        ({"columns": ["nothing"]}, "no served column 'nothing'"),
        ({"horizon": "soon"}, "'soon' is no stretch of time"),
        ({"features": ["carrier"]}, "its own spine, features and time"),
    ],
)
def test_what_is_wrong_is_named(start: datetime, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises((InvalidInput, NotFound), match=said):
        training_set(from_log="flights", name="wrong", **arguments)


def test_labels_without_a_log_and_logs_that_are_empty_are_refused(
    start: datetime, place: Workspace
) -> None:
    with pytest.raises(InvalidInput, match="labels and no log"):
        training_set(pa.table({"carrier": ["UA"]}), ["carrier"], labels="landings", name="wrong")
    with pytest.raises(InvalidInput, match="nothing of 'flights' was logged before"):
        training_set(from_log=feature_log("flights", until="2000-01-01"), name="wrong")
    with pytest.raises(NotFound, match="'trains' has no log"):
        training_set(from_log="trains", name="wrong")


def test_a_deployment_s_rows_are_what_its_model_was_given(
    place: Workspace, clock: FakeClock
) -> None:
    now = clock.now()
    with place.metadata.record("register", "delay") as step:
        inputs = [{"name": "wind", "type": "float32"}, {"name": "time", "type": "timestamp"}]
        step.write("model", "delay", properties={"signature": {"inputs": inputs}})
    log = PredictionLog(prediction_folder(place.home, "live"))
    for i in (0, 1, 1):
        log.append(
            {
                "time": (now + i * HOUR).isoformat(),
                "request_id": f"p{i}",
                "deployment": "live",
                "model": "delay@1",
                "probability": 0.5,
                "latency_ms": 1.0,
                "inputs": {"wind": i + 1, "time": "2013-01-01T00:00:00+00:00", "origin": "JFK"},
            }
        )
    log.close()
    track_event("landings", "p1", late=True, time=now + HOUR)
    track_event("landings", "p0", late=False, time=now + HOUR)
    made = training_set(from_log="live", labels="landings", name="live")
    assert made.to_arrow().to_pylist() == [
        {
            "request_id": f"p{i}",
            "at": now + i * HOUR,
            "wind": i + 1.0,
            "time": datetime(2013, 1, 1, tzinfo=now.tzinfo),
            "origin": "JFK",
            "late": bool(i),
        }
        for i in (0, 1)
    ]
    assert [each.type for each in made.columns][2] == "float32"
    assert made.artifact.properties["served"]["repeated"] == 1
    assert made.artifact.properties["from_log"]["kind"] == "deployment"
    assert "delay@1" in {each.ref for each in lineage(made.ref).upstream()}
    later = prediction_log("live", since=now + HOUR)
    assert training_set(from_log=later, name="later").rows == 1
    with pytest.raises(InvalidInput, match="nothing of 'live' was logged before"):
        training_set(from_log=prediction_log("live", until=now), name="none")
    FeatureLog(log_folder(place.home, "live"), SHAPE).close()
    with pytest.raises(InvalidInput, match=r"both .* named 'live'; say which: wb\.feature_log"):
        training_set(from_log="live", name="both")
    with pytest.raises(NotFound, match="did you mean 'live'"):
        prediction_log("life")


MOMENTS = st.integers(0, 6)
LABELS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "z"]),
        MOMENTS | st.none(),
        MOMENTS,
        st.integers(0, 3) | st.none(),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    LABELS,
    st.dictionaries(st.sampled_from(["a", "b", "c"]), MOMENTS),
    st.none() | MOMENTS,
    st.integers(0, 12),
)
def test_labels_are_joined_as_the_rule_says(
    place: Workspace,
    clock: FakeClock,
    labels: list[tuple[str, int | None, int, int | None]],
    rows: dict[str, int],
    horizon: int | None,
    now: int,
) -> None:
    clock.advance(datetime(2020, 1, 1, now, tzinfo=clock.now().tzinfo) - clock.now())
    zero = datetime(2020, 1, 1, tzinfo=clock.now().tzinfo)
    time = pa.timestamp("us", tz="UTC")

    def at(hour: int | None) -> datetime | None:
        return None if hour is None else zero + hour * HOUR

    served = pa.table(
        {
            "request_id": pa.array(list(rows), pa.string()),
            "at": pa.array([at(h) for h in rows.values()], time),
        }
    )
    table = pa.table(
        {
            "id": pa.array([each[0] for each in labels], pa.string()),
            "time": pa.array([at(each[1]) for each in labels], time),
            "received": pa.array([at(each[2]) for each in labels], time),
            "value": pa.array([each[3] for each in labels], pa.int64()),
        }
    )
    expected = []
    for row, instant in rows.items():
        mine = [
            (-math.inf if happened is None else happened, received, order, value)
            for order, (label_id, happened, received, value) in enumerate(labels)
            if label_id == row
            and value is not None
            and (horizon is None or happened is None or happened - instant <= horizon)
        ]
        if mine:
            expected.append((row, max(mine)[3]))
        elif horizon is not None and now > instant + horizon:
            expected.append((row, 99))
    counts: dict[str, Any] = {}
    span = None if horizon is None else horizon * HOUR
    made = labelled(
        served, KnownLabels(table, "y", "x"), None if horizon is None else 99, span, counts
    )
    assert list(zip(made["request_id"].to_pylist(), made["y"].to_pylist(), strict=True)) == expected
    total = counts["labelled"] + counts["otherwise"] + counts["pending"] + counts["unlabelled"]
    assert total == len(rows)
